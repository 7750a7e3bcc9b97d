"""Runs the code that an article prints, unchanged."""

import re
from pathlib import Path
from types import SimpleNamespace

ARTICLES = Path(__file__).parents[2] / "content" / "articles"


def printed(article: str, language: str, holding: str) -> str:
    """The article's only code block in the language that contains the text ``holding``."""
    text = (ARTICLES / f"{article}.md").read_text()
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if holding in block]
    return block


def run_printed(article: str, holding: str, **names: object) -> SimpleNamespace:
    """Run the Python block with ``names`` as globals; return what it defines."""
    known = {"__name__": article, **names}
    exec(printed(article, "python", holding), known)
    return SimpleNamespace(**known)
