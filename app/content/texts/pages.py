"""The firm's pages: Markdown files under content/pages, each at the address of its file name.

``imprint.de.md`` is the German translation of ``imprint.md``.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec
from flask import current_app

from app.content.texts.checks.every import find_faults
from app.content.texts.faults import Fault, collecting, refuse
from app.content.texts.front_matter import read_front_matter
from app.content.texts.markdown import Heading, render_markdown
from app.content.texts.placeholders import fill_in
from app.content.texts.source import SLUG, Source, read_source
from app.content.texts.text import Text, parse_text
from app.platform.languages.choice import LANGUAGES, SOURCE


class PageFrontMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page's front matter. The footer links to it as ``label``, in the order of ``position``;
    ``language`` (ISO 639-1) is the one that it is written in."""

    title: str
    label: str
    summary: str
    position: int
    language: str = SOURCE


class TranslatedFrontMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A translation's front matter. The rest is as in the original."""

    title: str
    label: str
    summary: str


class Page(msgspec.Struct, frozen=True):
    """A page ready to be shown. ``html`` is sanitised; ``text`` is its source."""

    slug: str
    about: PageFrontMatter
    html: str
    contents: tuple[Heading, ...]
    text: Text

    @property
    def path(self) -> str:
        return f"/{self.slug}"


class Pages(msgspec.Struct, frozen=True):
    """All pages, in the order of the footer, and their translations into the site's
    ``languages``."""

    pages: tuple[Page, ...]
    translations: tuple[Page, ...]
    languages: frozenset[str]

    def in_language(self, language: str) -> tuple[Page, ...]:
        """Each page in that language, or its original if it has no translation."""
        translated = {one.slug: one for one in self.translations if one.about.language == language}
        return tuple(translated.get(page.slug, page) for page in self.pages)

    def page(self, slug: str, language: str) -> Page:
        """Return the page with that slug in that language, or its original. Raises KeyError."""
        return {page.slug: page for page in self.in_language(language)}[slug]

    def is_in_every_language(self, slug: str) -> bool:
        versions = (*self.pages, *self.translations)
        return {one.about.language for one in versions if one.slug == slug} >= self.languages


def current_pages() -> Pages:
    """Return the pages of the running app."""
    return cast(Pages, current_app.extensions["pages"])


def names_of_pages(folder: Path) -> list[str]:
    """The slugs of the pages in ``folder``."""
    return sorted(path.stem for path in folder.glob("*.md") if "." not in path.stem)


def load_pages(
    folder: Path, placeholders: Mapping[str, str], languages: Collection[str] = tuple(LANGUAGES)
) -> Pages:
    """Read every page in ``folder``, in each of the languages. Raises ContentError with a sentence
    for each fault."""
    pages: list[Page] = []
    translations: list[Page] = []
    faults = list(translations_of_nothing(folder))
    for slug in names_of_pages(folder):
        with collecting(faults):
            pages.append(read_page(folder / f"{slug}.md", placeholders))
    for page in pages:
        for path in sorted(folder.glob(f"{page.slug}.*.md")):
            with collecting(faults):
                translations.append(read_translation(path, page, placeholders, languages))
    refuse(faults)
    pages.sort(key=lambda page: (page.about.position, page.slug))
    return Pages(tuple(pages), tuple(translations), frozenset(languages))


def translations_of_nothing(folder: Path) -> Iterator[Fault]:
    for path in folder.glob("*.*.md"):
        original = f"{path.name.partition('.')[0]}.md"
        if not (folder / original).exists():
            yield Fault(path, 1, f"There is no {original} that this could be a translation of.")


def read_page(path: Path, placeholders: Mapping[str, str]) -> Page:
    """Read one page. Raises ContentError."""
    if not SLUG.fullmatch(path.stem):
        sentence = "The file's name is its address: use a to z, 0 to 9 and hyphens."
        refuse([Fault(path, 1, sentence)])
    source = fill_in(read_source(path), placeholders)
    return make_page(path.stem, read_front_matter(source, PageFrontMatter), source)


def read_translation(
    path: Path, original: Page, placeholders: Mapping[str, str], languages: Collection[str]
) -> Page:
    """Read a page in the language that its file name says. Raises ContentError."""
    language = path.stem.removeprefix(f"{original.slug}.")
    others = [code for code in languages if code != original.about.language]
    if language not in others:
        known = ", ".join(others) or "it has no other"
        sentence = f"'{language}' is not another language of this site: {known}."
        refuse([Fault(path, 1, sentence)])
    source = fill_in(read_source(path), placeholders)
    words = msgspec.structs.asdict(read_front_matter(source, TranslatedFrontMatter))
    about = msgspec.structs.replace(original.about, language=language, **words)
    return make_page(original.slug, about, source)


def make_page(slug: str, about: PageFrontMatter, source: Source) -> Page:
    """Check and render the text. Raises ContentError."""
    text = parse_text(source)
    refuse(find_faults(text))
    html, contents = render_markdown(text.tokens, {})
    return Page(slug, about, html, contents, text)
