"""Runs all checks on one text. Each fault has its line."""

from collections.abc import Iterator

from app.content.texts.checks.footnotes import wrong_footnotes
from app.content.texts.checks.headings import wrong_headings
from app.content.texts.checks.images import wrong_images
from app.content.texts.checks.marks import unread_marks
from app.content.texts.checks.tables import wrong_tables
from app.content.texts.faults import Fault
from app.content.texts.known import NOTHING, Known
from app.content.texts.text import Text, proofs_in


def find_faults(text: Text, known: Known = NOTHING) -> list[Fault]:
    """All faults in the text, in the order of its lines."""
    return sorted(
        [
            *missing_text(text),
            *wrong_headings(text),
            *wrong_images(text, known),
            *wrong_footnotes(text),
            *wrong_tables(text),
            *wrong_proofs(text, known),
            *unread_marks(text),
        ]
    )


def missing_text(text: Text) -> Iterator[Fault]:
    if not text.tokens:
        yield text.source.fault(text.source.above + 1, "There is no text.")


def wrong_proofs(text: Text, known: Known) -> Iterator[Fault]:
    for place, key in proofs_in(text):
        if known.proofs is not None and key not in known.proofs.by_key:
            yield text.fault(place, f"There is no proof '{key}' in proofs.toml.")
