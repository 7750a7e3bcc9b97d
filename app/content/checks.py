"""What can be wrong in a text: its headings, images and footnotes. Each fault has its line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from markdown_it.token import Token

from app.content.faults import Fault
from app.content.known import NOTHING, Known
from app.content.markdown import markdown_parser
from app.content.plain_text import plain_text
from app.content.proofs import SCHEME
from app.content.source import Source

# The template's own, which a heading of the same words would repeat.
TAKEN_ANCHORS: Final = {"contents", "main", "more", "next", "notes", "proofs"}
MENTION: Final = re.compile(r"\[\^([^\]\s]+)\]")


class Place(msgspec.Struct, frozen=True):
    """A token with the line of the file that it stands in."""

    line: int
    token: Token


class Text(msgspec.Struct, frozen=True):
    """A text, taken apart. ``footnotes`` has the number of each label, -1 where nobody asks."""

    source: Source
    tokens: tuple[Token, ...]
    places: tuple[Place, ...]
    footnotes: Mapping[str, int]

    def fault(self, place: Place, sentence: str) -> Fault:
        return self.source.fault(place.line, sentence)

    @property
    def anchors(self) -> frozenset[str]:
        """What a link can lead to in it."""
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


def find_faults(text: Text, known: Known = NOTHING) -> list[Fault]:
    """All of them, as the file has them."""
    return sorted(
        [
            *wrong_headings(text),
            *wrong_images(text, known.diagrams),
            *wrong_footnotes(text),
            *wrong_proofs(text, known),
        ]
    )


def wrong_headings(text: Text) -> Iterator[Fault]:
    above, seen = 1, set()
    for place in headings(text):
        level, title = int(place.token.tag[1]), heading_text(text, place)
        if level == 1:
            yield text.fault(place, f"'{title}' is a heading like the title. Begin with ##.")
        elif level > above + 1:
            yield text.fault(place, f"'{title}' has {level} #, and what is above it {above}.")
        if title.lower() in seen:
            yield text.fault(place, f"There are two headings '{title}'.")
        if place.token.attrGet("id") in TAKEN_ANCHORS:
            yield text.fault(place, f"The page itself has a heading '{title}': use another.")
        above = max(level, 2)
        seen.add(title.lower())


def headings(text: Text) -> list[Place]:
    return [place for place in text.places if place.token.type == "heading_open"]


def heading_text(text: Text, heading: Place) -> str:
    inline = text.places[text.places.index(heading) + 1].token
    return plain_text(inline.children or ())


def wrong_images(text: Text, diagrams: Mapping[str, str] | None) -> Iterator[Fault]:
    for place in text.places:
        if place.token.type == "image":
            file = str(place.token.attrGet("src"))
            if diagrams is not None and file.removeprefix("diagrams/") not in diagrams:
                yield text.fault(place, f"The image '{file}' is no file of diagrams/.")
            if not place.token.content:
                yield text.fault(
                    place, f"The image '{file}' needs words for those who can't see it."
                )


def wrong_proofs(text: Text, known: Known) -> Iterator[Fault]:
    for place, key in proofs_in(text):
        if known.proofs is not None and key not in known.proofs.by_key:
            yield text.fault(place, f"There is no proof '{key}' in proofs.toml.")


def proofs_in(text: Text) -> Iterator[tuple[Place, str]]:
    """The sentences with a proof: where each stands, and the proof's key."""
    for place in text.places:
        href = str(place.token.attrs.get("href", "")) if place.token.type == "link_open" else ""
        if href.startswith(SCHEME):
            yield place, href.removeprefix(SCHEME)


def wrong_footnotes(text: Text) -> Iterator[Fault]:
    for place in text.places:
        for label in MENTION.findall(place.token.content) if place.token.type == "text" else ():
            yield text.fault(place, f"The footnote '{label}' is nowhere defined.")
    for number, line in enumerate(text.source.text.splitlines(), text.source.above + 1):
        defined = re.match(r" {0,3}\[\^([^\]\s]+)\]:", line)
        if defined and text.footnotes.get(defined[1], 0) < 0:
            yield text.source.fault(number, f"No sentence has the footnote '{defined[1]}'.")
