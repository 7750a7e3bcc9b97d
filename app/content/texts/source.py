"""A content file: the front matter between two ---, and the text, both with line numbers."""

import re
from pathlib import Path
from typing import Final

import msgspec

from app.content.texts.faults import ContentError, Fault

FENCE: Final = "---\n"
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A slug: an address, or its last part."""

Values = dict[str, str | list[str]]


class Source(msgspec.Struct, frozen=True):
    """A file, taken apart. ``lines`` has the line of each key of the front matter; ``text`` starts
    after line ``above`` of the file."""

    path: Path
    values: Values
    lines: dict[str, int]
    text: str
    above: int

    def fault(self, line: int, sentence: str) -> Fault:
        return Fault(self.path, line, sentence)


def read_source(path: Path) -> Source:
    """Take a file apart. Raises ContentError with the faulty lines of its front matter."""
    whole = read_utf8(path)
    front, fence, text = whole.removeprefix(FENCE).partition(FENCE)
    if not fence or not whole.startswith(FENCE):
        sentence = "The file must begin with its front matter, such as the title, between two ---."
        raise ContentError([Fault(path, 1, sentence)])
    values: Values = {}
    lines: dict[str, int] = {}
    faults = []
    for number, line in enumerate(front.splitlines(), 2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or not value or line[0].isspace():
            faults.append(Fault(path, number, f"The line '{line}' must read 'key: value'."))
        elif key in values:
            faults.append(Fault(path, number, f"'{key}' is given here for the second time."))
        values[key], lines[key] = read_value(value), number
    if faults:
        raise ContentError(faults)
    return Source(path, values, lines, text, above=front.count("\n") + 2)


def read_utf8(path: Path) -> str:
    """The file's text. Raises ContentError, with the line of the first byte that is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ContentError([Fault(path, 1, f"This can't be read ({error.strerror}).")]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContentError([Fault(path, line, f"This is not UTF-8 ({error.reason}).")]) from error


def read_value(text: str) -> str | list[str]:
    """``[a, b]`` is a list; quotes around a value are not part of it."""
    if text.startswith("[") and text.endswith("]"):
        return [plain for part in text[1:-1].split(",") if (plain := unquoted(part))]
    return unquoted(text)


def unquoted(value: str) -> str:
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
