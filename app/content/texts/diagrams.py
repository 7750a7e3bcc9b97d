"""Diagrams: the repository's own SVG files, inlined so that they use the page's colours."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers.expat import ErrorString

from app.content.texts.faults import ContentError, Fault, collecting, refuse
from app.content.texts.source import read_utf8

# The content policy forbids the first three; a fixed colour is wrong in light or in dark mode; the
# last would send a request to another server.
FORBIDDEN: Final = {
    "a script": re.compile(r"<script\b", re.IGNORECASE),
    "a style element or attribute": re.compile(r"<style\b|(?<=\s)style\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"(?<=\s)on[a-z]+\s*=", re.IGNORECASE),
    "a colour of its own": re.compile(
        r"\b(?:fill|stroke|color|stop-color)\s*=\s*[\"'](?!none|currentColor|context-|url\()",
    ),
    "a foreign address": re.compile(r"(?:href|src)\s*=\s*[\"'](?!#)|url\((?!#)", re.IGNORECASE),
}
# The classes in app/static/css/figures.css; shapes without one have the text's colour.
CLASSES: Final = ("diagram", "accent-fill", "accent-stroke", "muted-fill", "muted-stroke")
CLASS: Final = re.compile(r"""\bclass\s*=\s*["']([^"']*)""")
PHONE: Final = 400  # units of the viewBox; set at this width, a drawing is legible there
OUTERMOST: Final = re.compile(r"<svg\b[^>]*>")
WIDTH: Final = re.compile(r"""\bviewBox=["'][-\d.]+[ ,]+[-\d.]+[ ,]+(\d+)""")
COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
OWN_ROLE: Final = re.compile(r"""\s(role|aria-[a-z]+)=["'][^"']*["']""")
NAMED: Final = re.compile(r"""(\bid=["']|\bhref=["']#|url\(#|\baria-labelledby=["'])""")


def read_diagrams(folder: Path) -> dict[str, str]:
    """Read every SVG file in ``folder``; return the markup by file name. Raises ContentError."""
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.svg")):
        with collecting(faults):
            found[path.name] = read_diagram(path)
    refuse(faults)
    return found


def read_diagram(path: Path) -> str:
    """Read one SVG, refuse what a page must not contain, and make its ids unique.

    Raises ContentError with a sentence for each fault.
    """
    text = read_utf8(path)
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        sentence = f"This is not well-formed XML ({ErrorString(error.code)})."
        raise ContentError([Fault(path, error.position[0], sentence)]) from error
    refuse(forbidden_parts(path, text))
    bare = COMMENT.sub("", text)
    outermost = OUTERMOST.search(bare)
    if not root.tag.endswith("}svg") or not outermost or not WIDTH.search(outermost[0]):
        sentence = "The outermost element must be an svg with a viewBox."
        raise ContentError([Fault(path, 1, sentence)])
    return NAMED.sub(rf"\g<1>{path.stem}-", bare[outermost.start() :]).strip()


def forbidden_parts(path: Path, text: str) -> Iterator[Fault]:
    for what, pattern in FORBIDDEN.items():
        for found in pattern.finditer(text):
            yield Fault(path, _line_of(found), f"A diagram may not hold {what}.")
    for found in CLASS.finditer(text):
        for name in found[1].split():
            if name not in CLASSES:
                sentence = f"A diagram has no class '{name}'. There are: {', '.join(CLASSES)}."
                yield Fault(path, _line_of(found), sentence)


def _line_of(found: re.Match[str]) -> int:
    return found.string.count("\n", 0, found.start()) + 1


def figure(svg: str, alt: str, caption: str = "") -> str:
    """The diagram as a figure: ``alt`` for those who can't see it, ``caption`` for everybody.

    A diagram wider than a phone is in its own scroll area, which the keyboard can reach.
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
