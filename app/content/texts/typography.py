"""Sets quotation marks, apostrophes and dashes, also in words outside Markdown; and says where a
line may break."""

import re
from typing import Final

from markdown_it import MarkdownIt

RULES: Final = ["replacements", "smartquotes"]
SETTER: Final = MarkdownIt("zero", {"typographer": True}).enable(RULES)
BEFORE_UNIT: Final = re.compile(r"(?<=\d) (?=(?:[KMG]i?B|[mµ]?s)\b)")
ADDRESS: Final = re.compile(r"https?://\S+")
LONG: Final = 32  # characters of code; less than that fits on a phone's line
BEHIND_SLASH: Final = re.compile(r"(?<=[^\s:/]/)(?=[^\s/])")


def typeset(words: str) -> str:
    [inline] = SETTER.parseInline(words)
    return "".join(token.content for token in inline.children or ())


def set_lines(words: str) -> str:
    """HTML from words that are already escaped: a number stays with its unit, and a long address
    can break after a slash."""
    kept = BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", words)
    return ADDRESS.sub(lambda address: BEHIND_SLASH.sub("<wbr>", address[0]), kept)


def set_code(code: str) -> str:
    """HTML from code that is already escaped: a long path can break after a slash, not in a
    name."""
    return BEHIND_SLASH.sub("<wbr>", code) if len(code) > LONG else code
