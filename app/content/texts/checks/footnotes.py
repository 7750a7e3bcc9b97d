"""Checks that each footnote is defined once, and used."""

import re
from collections.abc import Iterator
from typing import Final

from app.content.texts.faults import Fault
from app.content.texts.text import Text

MENTION: Final = re.compile(r"\[\^([^\]\s]+)\]")
DEFINITION: Final = re.compile(r" {0,3}\[\^([^\]\s]+)\]:")
LISTINGS: Final = {"fence", "code_block"}


def wrong_footnotes(text: Text) -> Iterator[Fault]:
    for place in text.places:
        for label in MENTION.findall(place.token.content) if place.token.type == "text" else ():
            yield text.fault(place, f"The footnote '{label}' is not defined anywhere.")
    seen: set[str] = set()
    for line, label in definitions(text):
        if label in seen:
            yield text.source.fault(line, f"The footnote '{label}' is defined a second time.")
        elif text.footnotes.get(label, 0) < 0:
            yield text.source.fault(line, f"No sentence has the footnote '{label}'.")
        seen.add(label)


def definitions(text: Text) -> Iterator[tuple[int, str]]:
    """The line and the label of each definition. Read from the source, since the parser keeps only
    one of two with the same label."""
    listed = {
        line
        for token in text.tokens
        if token.type in LISTINGS and token.map
        for line in range(*token.map)
    }
    for number, line in enumerate(text.source.text.split("\n")):
        if number not in listed and (defined := DEFINITION.match(line)):
            yield text.source.above + 1 + number, defined[1]
