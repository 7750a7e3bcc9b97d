"""app/static/css/tokens.css: what has to be seen and is not text stands out from its background."""

import re
from pathlib import Path

import pytest

from app.firm.colours import GROUNDS as HELD_TO
from app.firm.colours import contrast

TOKENS = (Path(__file__).parents[2] / "app/static/css/tokens.css").read_text()
LIGHT, DARK, _ = TOKENS.split("@media", 2)
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
GROUNDS = ("paper", "tint", "accent-tint", "bad-tint")
SIGNS = ("control", "accent", "accent-strong", "warn", "bad")
LEAST = 3  # WCAG 1.4.11


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_edges_of_controls_and_all_signs_stand_out_from_every_background(scheme: str) -> None:
    colours = dict(COLOUR.findall(scheme))
    for sign in SIGNS:
        for ground in GROUNDS:
            assert contrast(colours[sign], colours[ground]) >= LEAST, f"{sign} on {ground}"


def test_a_firms_own_colours_are_held_to_the_backgrounds_that_the_pages_have() -> None:
    for name, scheme in (("light", LIGHT), ("dark", DARK)):
        colours = dict(COLOUR.findall(scheme))
        assert HELD_TO[name] == (colours["paper"], colours["tint"])
