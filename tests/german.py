"""What of a page for a German reader is still in English, by the catalogs."""

import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser

from app.languages.catalogs import FOLDER, read_catalog
from config import ROOT

CATALOGS = (FOLDER / "de.po", ROOT / "content/translations/de.po")
# What is filled in, and tags: a page holds what stands between them.
PLACES = re.compile(r"%(?:\(\w+\))?[sd]|<[^>]+>|\n")
# A shorter text may well be a part of a German word.
TOO_SHORT = 12
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
TYPED = {"value"}


def english_left_in(page: str) -> list[str]:
    """The English texts, or parts of them, that the page shows or says to a screen reader. What is
    marked as being in another language may be, and so may what somebody has typed."""
    words = "\n".join(German(page).texts)
    return [text for text in english_texts() if text in words]


@cache
def english_texts() -> list[str]:
    """Those that have another wording in German."""
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
    """Singular and plural, where there are both."""
    return [text or ""] if isinstance(text, str | None) else text


class German(HTMLParser):
    """``texts`` are those of a page, in its elements and attributes, that are in its own
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
        # A page that is English as a whole is what the check is there to find.
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
