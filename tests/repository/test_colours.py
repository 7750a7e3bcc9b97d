"""app/static/css/tokens.css: what has to be seen and is not text stands out from its background."""

import re
from pathlib import Path

import pytest

from app.firm.colours import GROUNDS as HELD_TO

TOKENS = (Path(__file__).parents[2] / "app/static/css/tokens.css").read_text()
LIGHT, DARK, _ = TOKENS.split("@media", 2)
COLOUR = re.compile(r"--([\w-]+): #([0-9a-f]{6});")
GROUNDS = ("paper", "tint", "accent-tint", "bad-tint")
SIGNS = ("control", "accent", "accent-strong", "warn", "bad")
LEAST = 3  # WCAG 1.4.11


def luminance(colour: str) -> float:
    """As WCAG defines it, from 0 for black to 1 for white."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_edges_of_controls_and_all_signs_stand_out_from_every_background(scheme: str) -> None:
    colours = {name: luminance(colour) for name, colour in COLOUR.findall(scheme)}
    for sign in SIGNS:
        for ground in GROUNDS:
            lower, higher = sorted((colours[sign], colours[ground]))
            assert (higher + 0.05) / (lower + 0.05) >= LEAST, f"{sign} on {ground}"


def test_a_firms_own_colours_are_held_to_the_backgrounds_that_the_pages_have() -> None:
    for name, scheme in (("light", LIGHT), ("dark", DARK)):
        colours = {token: f"#{colour}" for token, colour in COLOUR.findall(scheme)}
        assert HELD_TO[name] == (colours["paper"], colours["tint"])
