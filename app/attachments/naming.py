"""The name that a file came with, made fit to be shown. It is never part of a path."""

import re
import unicodedata

from app.attachments.sniffing import Kind
from app.web.text_checks import COMBINING_MARKS

LONGEST_NAME = 80
MOST_MARKS = 4
# Control, format (which turn the direction of writing, or have no width), surrogates, unassigned.
UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown_name(typed: str, kind: Kind) -> str:
    """The last part of the path that was typed, without what can't be seen, cut, and with the
    ending that its content calls for."""
    last_part = re.split(r"[/\\]", typed)[-1]
    kept = " ".join(_visible(unicodedata.normalize("NFC", last_part)).split()).lstrip(".")
    ending = f".{kind}"
    stem = kept[: -len(ending)] if kept.lower().endswith(ending) else kept
    return f"{stem[:LONGEST_NAME].strip() or 'unnamed'}{ending}"


def _visible(text: str) -> str:
    """Without characters that show nothing or turn others round, and without piles of accents."""
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in COMBINING_MARKS else 0
        if category in UNSHOWN:
            kept.append(" " if character.isspace() else "")
        elif marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
