"""Diagrams: the repository's own SVG files, put into the page so that they take its colours."""

import re
from html import escape
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from app.data_files import DataFileError

# The content policy forbids the first three; the last would ask another server.
FORBIDDEN: Final = {
    "a script": re.compile(r"<script\b", re.IGNORECASE),
    "a style element or attribute": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a foreign address": re.compile(r"(?:href|src)\s*=\s*[\"'](?!#)|url\((?!#)", re.IGNORECASE),
}
PHONE: Final = 400  # units of the viewBox; set at this width, a drawing is legible there
WIDTH: Final = re.compile(r"""\bviewBox=["'][-\d.]+[ ,]+[-\d.]+[ ,]+(\d+)""")
OWN_ROLE: Final = re.compile(r"""\s(role|aria-[a-z]+)=["'][^"']*["']""")
NAMED: Final = re.compile(r"""(\bid=["']|\bhref=["']#|url\(#|\baria-labelledby=["'])""")


def read_diagrams(folder: Path) -> dict[str, str]:
    """Read every SVG file of ``folder`` as file name → markup. Raises DataFileError."""
    return {path.name: read_diagram(path) for path in sorted(folder.glob("*.svg"))}


def read_diagram(path: Path) -> str:
    """Read one SVG, refuse what a page may not hold, and make its ids its own.

    Raises DataFileError with a sentence that names the file.
    """
    text = path.read_text(encoding="utf-8")
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise DataFileError(path, f"This is not well-formed XML: {error}.") from error
    if not root.tag.endswith("}svg") or not WIDTH.search(text):
        raise DataFileError(path, "The outermost element must be an svg with a viewBox.")
    for what, pattern in FORBIDDEN.items():
        if pattern.search(text):
            raise DataFileError(path, f"A diagram may not hold {what}.")
    svg = re.sub(r"<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    return NAMED.sub(rf"\g<1>{path.stem}-", svg).strip()


def figure(svg: str, alt: str, caption: str = "") -> str:
    """The diagram as a figure: ``alt`` for who does not see it, ``caption`` for everybody.

    One that is wider than a phone scrolls by itself, and with the keyboard.
    """
    label = escape(alt, quote=True)
    opened, rest = svg.split(">", 1)
    named = f'{OWN_ROLE.sub("", opened)} role="img" aria-label="{label}">{rest}'
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    if int(WIDTH.findall(opened)[0]) <= PHONE:
        return f'<figure class="figure figure--narrow">{named}{below}</figure>'
    return (
        '<figure class="figure"><div class="figure__canvas" tabindex="0" role="group"'
        f' aria-label="Diagram">{named}</div>{below}</figure>'
    )
