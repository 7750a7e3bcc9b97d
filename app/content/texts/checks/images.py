"""Checks that each image is an existing diagram, used once, alone in its paragraph, with alt
text."""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from app.content.texts.faults import Fault
from app.content.texts.known import Known
from app.content.texts.text import Text


def wrong_images(text: Text, known: Known) -> Iterator[Fault]:
    alone, seen = images_alone(text.tokens), set()
    for place in text.places:
        if place.token.type != "image":
            continue
        file = str(place.token.attrGet("src"))
        name = file.removeprefix("diagrams/")
        if known.diagrams is not None and name not in known.diagrams:
            yield text.fault(place, f"The image '{file}' is not a file in diagrams/.")
        if not place.token.content:
            yield text.fault(place, f"The image '{file}' needs words for those who can't see it.")
        if id(place.token) not in alone:
            yield text.fault(place, f"The image '{file}' needs a paragraph of its own.")
        if name in seen:
            yield text.fault(place, f"The image '{file}' is already in this text.")
        seen.add(name)


def images_alone(tokens: Sequence[Token]) -> set[int]:
    """The ids of the images that are alone in their paragraph, so that a figure can replace it."""
    return {
        id(inline.children[0])
        for opened, inline, closed in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
        and inline.children
        and len(inline.children) == 1
    }
