"""Finds markup that the parser did not understand, and that readers would therefore see."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from app.content.texts.faults import Fault
from app.content.texts.text import Text

UNREAD_LINKS: Final = {
    re.compile(r"\](\[[^\]]*\])"): "'{}' is not defined anywhere: a link is [words](address).",
    re.compile(r"\] \(((?:https?:|mailto:|/|#)[^)]*)"): "A space is between [words] and ({}).",
    re.compile(
        r"\]\(([^)]*)"
    ): "'{}' is not an address for a link: an address has no space and no script in it.",
}
LINE_BEGINS: Final = {"inline", "softbreak", "hardbreak"}


def unread_marks(text: Text) -> Iterator[Fault]:
    for before, place in pairwise(text.places):
        if place.token.type != "text":
            continue
        shown = place.token.content
        for pattern, sentence in UNREAD_LINKS.items():
            for found in pattern.findall(shown):
                yield text.fault(place, sentence.format(found))
        if before.token.type in LINE_BEGINS and shown.startswith("##"):
            yield text.fault(
                place, f"'{shown}' is not a heading: a heading has a space after its #."
            )
