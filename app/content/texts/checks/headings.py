"""Checks that headings have words, go down one level at a time, and are unique."""

from collections.abc import Iterator
from typing import Final

from app.content.texts.faults import Fault
from app.content.texts.text import Text, heading_text, headings

# The template's own anchors, which a heading with the same words would duplicate.
TAKEN_ANCHORS: Final = {"contents", "main", "more", "next", "notes", "proofs"}


def wrong_headings(text: Text) -> Iterator[Fault]:
    above, seen = 1, set()
    for place in headings(text):
        level, title = int(place.token.tag[1]), heading_text(text, place)
        if not title:
            yield text.fault(place, "A heading needs words after its #.")
        elif level == 1:
            yield text.fault(place, f"'{title}' is a heading like the title. Begin with ##.")
        elif level > above + 1:
            yield text.fault(place, f"'{title}' has {level} #, and the heading above it {above}.")
        if title and title.lower() in seen:
            yield text.fault(place, f"There are two headings '{title}'.")
        if place.token.attrGet("id") in TAKEN_ANCHORS:
            yield text.fault(place, f"The page itself has a heading '{title}': use another.")
        above = max(level, 2)
        seen.add(title.lower())
