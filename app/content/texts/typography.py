"""Quotation marks, apostrophes and dashes, set in words without Markdown as in a text."""

from typing import Final

from markdown_it import MarkdownIt

RULES: Final = ["replacements", "smartquotes"]
SETTER: Final = MarkdownIt("zero", {"typographer": True}).enable(RULES)


def typeset(words: str) -> str:
    [inline] = SETTER.parseInline(words)
    return "".join(token.content for token in inline.children or ())
