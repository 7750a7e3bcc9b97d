"""Quotation marks, apostrophes and dashes, set in words without Markdown as in a text; and where a
line may break."""

import re
from typing import Final

from markdown_it import MarkdownIt

RULES: Final = ["replacements", "smartquotes"]
SETTER: Final = MarkdownIt("zero", {"typographer": True}).enable(RULES)
BEFORE_UNIT: Final = re.compile(r"(?<=\d) (?=(?:[KMG]i?B|[mµ]?s)\b)")
ADDRESS: Final = re.compile(r"https?://\S+")
LONG: Final = 32  # characters of code; what has fewer goes into a phone's line whole
BEHIND_SLASH: Final = re.compile(r"(?<=[^\s:/]/)(?=[^\s/])")


def typeset(words: str) -> str:
    [inline] = SETTER.parseInline(words)
    return "".join(token.content for token in inline.children or ())


def set_lines(words: str) -> str:
    """HTML, of words escaped already: a figure stays with its unit, and a long address breaks
    behind a slash."""
    kept = BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", words)
    return ADDRESS.sub(lambda address: BEHIND_SLASH.sub("<wbr>", address[0]), kept)


def set_code(code: str) -> str:
    """HTML, of code escaped already: a long path breaks behind a slash, not within a name."""
    return BEHIND_SLASH.sub("<wbr>", code) if len(code) > LONG else code
