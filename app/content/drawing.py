"""Draws the picture that is shown where a page's link is shared, from the page's title."""

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.web.assets import FOLDER

WIDTH: Final = 1200
HEIGHT: Final = 630
MARGIN: Final = 88
MARK: Final = 64
PAPER, INK, SOFT, ACCENT, LIGHT = "#fcfcfa", "#14191c", "#4e585d", "#0b5560", "#84c9cf"
SIZES: Final = (88, 76, 64, 52, 44)
LINES: Final = 4
LEADING: Final = 1.08
DISPLAY: Final = FOLDER / "fonts/newsreader-display.woff2"
SANS: Final = FOLDER / "fonts/instrument-sans.woff2"
Font = ImageFont.FreeTypeFont


def draw_picture(title: str, firm: str, mark: bytes | None = None) -> bytes:
    """A PNG of 1200 by 630 pixels in the site's colours and typefaces; ``mark`` is a PNG too."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    if mark:
        own = Image.open(io.BytesIO(mark)).convert("RGBA").resize((MARK, MARK))
        picture.paste(own, (MARGIN, MARGIN), own)
    else:
        draw_mark(pen, MARGIN, MARGIN)
    font, lines = fit_title(title)
    height = font.size * LEADING
    top = (HEIGHT - height * len(lines)) / 2 + 20
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + number * height), line, INK, font)
    pen.line((MARGIN, HEIGHT - 118, WIDTH - MARGIN, HEIGHT - 118), INK, 2)
    sans = ImageFont.truetype(SANS, 30)
    pen.text((MARGIN, HEIGHT - 94), firm, SOFT, sans)
    packed = io.BytesIO()
    # Flat colours with smooth edges look the same with a palette, at half the size.
    picture.quantize(64).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def fit_title(title: str) -> tuple[Font, list[str]]:
    """The largest font at which the title fits into LINES, and the title's lines in it."""
    for size in SIZES:
        font = ImageFont.truetype(DISPLAY, size)
        lines = broken(title, font)
        if len(lines) <= LINES:
            break
    return font, lines[:LINES]


def broken(title: str, font: Font) -> list[str]:
    """The title broken at spaces into lines that fit the picture's width."""
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line]


def draw_mark(pen: ImageDraw.ImageDraw, left: int, top: int) -> None:
    """The site's mark, as in images/mark.svg, at twice its size."""
    shapes = (
        (ACCENT, 0, 0, 32, 32),
        (PAPER, 6, 8, 26, 10),
        (PAPER, 6, 15, 26, 17),
        (PAPER, 6, 22, 15, 24),
        (LIGHT, 19, 20, 25, 26),
    )
    for colour, x, y, right, bottom in shapes:
        corners = (left + 2 * x, top + 2 * y, left + 2 * right - 1, top + 2 * bottom - 1)
        pen.rectangle(corners, colour)
