"""Articles: Markdown files under content/articles, checked and rendered once at the start."""

import math
from datetime import date
from pathlib import Path
from typing import Final, cast

import msgspec
from flask import current_app

from app.content.diagrams import read_diagrams
from app.content.markdown import Heading, render_markdown
from app.data_files import DataFileError
from app.languages.choice import SOURCE

WORDS_A_MINUTE: Final = 220
FENCE: Final = "---\n"


class FrontMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands above an article's text. ``slug`` is its address; ``published`` a day;
    ``language`` (ISO 639-1) is the one that it is written in."""

    title: str
    slug: str
    summary: str
    published: date
    topics: list[str]
    language: str = SOURCE


class Article(msgspec.Struct, frozen=True):
    """An article ready to be shown. ``html`` is sanitised; ``minutes`` is the reading time."""

    about: FrontMatter
    html: str
    contents: tuple[Heading, ...]
    minutes: int


class Articles(msgspec.Struct, frozen=True):
    """All articles, the newest first."""

    articles: tuple[Article, ...]

    def article(self, slug: str) -> Article:
        """Return the article of that address. Raises KeyError."""
        return {article.about.slug: article for article in self.articles}[slug]


def current_articles() -> Articles:
    """Return the articles of the running app."""
    return cast(Articles, current_app.extensions["articles"])


def load_articles(folder: Path) -> Articles:
    """Read every article in ``folder`` and every diagram in ``folder/diagrams``.

    Raises DataFileError with a sentence that names the file and what is wrong in it.
    """
    diagrams = read_diagrams(folder / "diagrams")
    found = [read_article(path, diagrams) for path in sorted(folder.glob("*.md"))]
    slugs = [article.about.slug for article in found]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise DataFileError(folder, f"Two articles have the slug '{slug}'.")
    found.sort(key=lambda article: (article.about.published, article.about.slug), reverse=True)
    return Articles(tuple(found))


def read_article(path: Path, diagrams: dict[str, str]) -> Article:
    """Read one article; ``diagrams`` holds the SVG of each file name. Raises DataFileError."""
    front, fence, text = path.read_text(encoding="utf-8").removeprefix(FENCE).partition(FENCE)
    if not fence:
        raise DataFileError(path, "The file must begin with its title and so on between two ---.")
    try:
        about = msgspec.convert(read_front_matter(front), FrontMatter, strict=False)
        html, contents = render_markdown(text, diagrams)
    except (msgspec.ValidationError, ValueError) as error:
        raise DataFileError(path, str(error)) from error
    return Article(
        about=about,
        html=html,
        contents=contents,
        minutes=max(1, math.ceil(len(text.split()) / WORDS_A_MINUTE)),
    )


def read_front_matter(text: str) -> dict[str, str | list[str]]:
    """Read lines of ``key: value``; ``[a, b]`` is a list. Raises ValueError with a sentence."""
    values: dict[str, str | list[str]] = {}
    for line in filter(str.strip, text.splitlines()):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not value or line[0].isspace():
            raise ValueError(f"The line '{line}' above the text must read 'key: value'.")
        if value[0] == "[" and value[-1] == "]":
            values[key] = [plain for part in value[1:-1].split(",") if (plain := unquoted(part))]
        else:
            values[key] = unquoted(value)
    return values


def unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
