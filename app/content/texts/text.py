"""A parsed text: its tokens, each with its line in the file."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from markdown_it.token import Token

from app.content.texts.faults import Fault
from app.content.texts.markdown import markdown_parser
from app.content.texts.plain_text import plain_text
from app.content.texts.proofs import SCHEME
from app.content.texts.source import Source


class Place(msgspec.Struct, frozen=True):
    """A token with its line in the file."""

    line: int
    token: Token


class Text(msgspec.Struct, frozen=True):
    """A parsed text. ``places`` also has the tokens inside paragraphs, headings and cells.
    ``footnotes`` has the number of each label, or -1 if nothing refers to it."""

    source: Source
    tokens: tuple[Token, ...]
    places: tuple[Place, ...]
    footnotes: Mapping[str, int]

    def fault(self, place: Place, sentence: str) -> Fault:
        return self.source.fault(place.line, sentence)

    @property
    def anchors(self) -> frozenset[str]:
        """The anchors in the text that a link can lead to."""
        return frozenset(str(one.token.attrs["id"]) for one in headings(self) if one.token.attrs)


def parse_text(source: Source) -> Text:
    notes: dict[str, Any] = {}
    tokens = markdown_parser().parse(source.text, notes)
    references = notes.get("footnotes", {}).get("refs", {})
    return Text(
        source,
        tuple(tokens),
        tuple(place_tokens(tokens, source.above)),
        {label.removeprefix(":"): number for label, number in references.items()},
    )


def place_tokens(tokens: list[Token], above: int) -> Iterator[Place]:
    line = above + 1
    for token in tokens:
        line = above + 1 + token.map[0] if token.map else line
        yield Place(line, token)
        within = line
        for child in token.children or ():
            yield Place(within, child)
            within += child.type in {"softbreak", "hardbreak"}


def headings(text: Text) -> list[Place]:
    return [place for place in text.places if place.token.type == "heading_open"]


def heading_text(text: Text, heading: Place) -> str:
    inline = text.places[text.places.index(heading) + 1].token
    return plain_text(inline.children or ())


def proofs_in(text: Text) -> Iterator[tuple[Place, str]]:
    """The sentences with a proof: the place of each, and the proof's key."""
    for place in text.places:
        href = str(place.token.attrs.get("href", "")) if place.token.type == "link_open" else ""
        if href.startswith(SCHEME):
            yield place, href.removeprefix(SCHEME)
