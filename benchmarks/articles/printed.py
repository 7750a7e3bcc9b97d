"""The code that an article prints, to be run as it stands there."""

import re
from pathlib import Path
from types import SimpleNamespace

ARTICLES = Path(__file__).parents[2] / "content" / "articles"


def printed(article: str, language: str, holding: str) -> str:
    """The article's one block in the language that holds the text."""
    text = (ARTICLES / f"{article}.md").read_text()
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if holding in block]
    return block


def run_printed(article: str, holding: str, **names: object) -> SimpleNamespace:
    """What the Python block defines, with ``names`` known to it beforehand."""
    known = {"__name__": article, **names}
    exec(printed(article, "python", holding), known)
    return SimpleNamespace(**known)
