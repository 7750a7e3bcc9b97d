"""Makes the name that a file came with safe to display. It is never used in a path."""

import re
import unicodedata

from app.attachments.sniffing import Kind
from app.web.text_checks import COMBINING_MARKS

LONGEST_NAME = 80
MOST_MARKS = 4
# Control, format (these change the writing direction or have no width), surrogate, private use and
# unassigned characters, line and paragraph separators.
UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def shown_name(typed: str, kind: Kind) -> str:
    """The last part of the given path, without invisible characters, shortened, and with the
    extension for its content."""
    last_part = re.split(r"[/\\]", typed)[-1]
    kept = " ".join(_visible(unicodedata.normalize("NFC", last_part)).split()).lstrip(".")
    ending = f".{kind}"
    stem = kept[: -len(ending)] if kept.lower().endswith(ending) else kept
    return f"{stem[:LONGEST_NAME].strip() or 'unnamed'}{ending}"


def _visible(text: str) -> str:
    """The text without characters that are invisible or change the writing direction, and without
    stacks of more than MOST_MARKS accents."""
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
