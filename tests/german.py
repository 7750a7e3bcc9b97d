"""Finds what is still English on a page for a German reader, with the translation catalogs."""

import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser

from app.platform.languages.catalogs import FOLDER, read_catalog
from config import ROOT

CATALOGS = (FOLDER / "de.po", ROOT / "content/translations/de.po")
# Placeholders and tags; a page contains the text between them.
PLACES = re.compile(r"%(?:\(\w+\))?[sd]|<[^>]+>|\n")
# A shorter text may be part of a German word.
TOO_SHORT = 12
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
TYPED = {"value"}


def english_left_in(page: str) -> list[str]:
    """The English texts, or parts of them, that the page shows or says to a screen reader. Texts
    that are marked as another language, or that somebody typed, are allowed."""
    words = "\n".join(German(page).texts)
    return [text for text in english_texts() if text in words]


@cache
def english_texts() -> list[str]:
    """The texts whose German translation differs."""
    found: set[str] = set()
    for path in CATALOGS:
        for message in read_catalog(path, "de"):
            german = " ".join(forms(message.string))
            if message.id and german:
                found |= {part for part in parts_of(message.id) if part not in german}
    return sorted(found)


def parts_of(text: str | Sequence[str]) -> set[str]:
    parts = {part for form in forms(text) for part in PLACES.split(form.replace("%%", "%"))}
    return {part.strip() for part in parts if len(part.strip()) > TOO_SHORT}


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """The singular, and the plural if there is one."""
    return [text or ""] if isinstance(text, str | None) else text


class German(HTMLParser):
    """A parsed page. ``texts`` are those in its elements and attributes that are marked as its own
    language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._languages = ["de"]
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        language = "none" if tag in {"textarea", "script"} else self._languages[-1]
        # Ignored on <html>: pages that are English as a whole are what the check must find.
        self._languages.append("de" if tag == "html" else given.get("lang", language))
        for name in given.keys() - TYPED:
            self._take(given[name])
        if tag in VOID:
            self._languages.pop()

    def handle_endtag(self, tag: str) -> None:
        self._languages.pop()

    def handle_data(self, data: str) -> None:
        self._take(data)

    def _take(self, text: str) -> None:
        if self._languages[-1] == "de":
            self.texts.append(" ".join(text.split()))
