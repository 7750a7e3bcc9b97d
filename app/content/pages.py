"""The firm's pages: Markdown files under content/pages, each at the address of its file's name."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import msgspec
from flask import current_app

from app.content.checks import Text, find_faults, parse_text
from app.content.faults import Fault, collecting, refuse
from app.content.markdown import Heading, render_markdown
from app.content.placeholders import fill_in
from app.content.source import SLUG, Source, read_front_matter, read_source
from app.languages.choice import SOURCE


class PageFrontMatter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands above a page's text. The foot of each page names it ``label``, in the order of
    ``position``; ``language`` (ISO 639-1) is the one that it is written in."""

    title: str
    label: str
    summary: str
    position: int
    language: str = SOURCE


class Page(msgspec.Struct, frozen=True):
    """A page ready to be shown. ``html`` is sanitised; ``text`` is what it was made from."""

    slug: str
    about: PageFrontMatter
    html: str
    contents: tuple[Heading, ...]
    text: Text

    @property
    def path(self) -> str:
        return f"/{self.slug}"


class Pages(msgspec.Struct, frozen=True):
    """All pages, in the order of the foot."""

    pages: tuple[Page, ...]

    def page(self, slug: str) -> Page:
        """Return the page of that address. Raises KeyError."""
        return {page.slug: page for page in self.pages}[slug]


def current_pages() -> Pages:
    """Return the pages of the running app."""
    return cast(Pages, current_app.extensions["pages"])


def names_of_pages(folder: Path) -> list[str]:
    """The addresses that the files in ``folder`` want, without their slash."""
    return sorted(path.stem for path in folder.glob("*.md"))


def load_pages(folder: Path, placeholders: Mapping[str, str]) -> Pages:
    """Read every page in ``folder``. Raises ContentError with a sentence for each fault."""
    pages: list[Page] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.md")):
        with collecting(faults):
            pages.append(read_page(path, placeholders))
    refuse(faults)
    return Pages(tuple(sorted(pages, key=lambda page: (page.about.position, page.slug))))


def read_page(path: Path, placeholders: Mapping[str, str]) -> Page:
    """Read one page. Raises ContentError."""
    source = fill_in(read_source(path), placeholders)
    about = read_front_matter(source, PageFrontMatter)
    text = parse_text(source)
    refuse([*wrong_name(source), *find_faults(text, {})])
    html, contents = render_markdown(source.text, {})
    return Page(path.stem, about, html, contents, text)


def wrong_name(source: Source) -> Iterator[Fault]:
    if not SLUG.fullmatch(source.path.stem):
        yield source.fault(1, "The file's name is its address: use a to z, 0 to 9 and hyphens.")
