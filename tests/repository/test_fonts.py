"""The typefaces hold every letter of every language, so that no page falls back to another."""

import pytest
from fontTools.ttLib import TTFont

from app.platform.languages.catalogs import read_catalog
from app.web.assets import FOLDER
from local.texts import OF_FIRM, OF_SITE
from tests.german import forms

USUAL = ("instrument-sans", "newsreader-display", "newsreader-text")


@pytest.mark.parametrize("name", USUAL)
def test_every_letter_of_a_translation_is_in_the_fonts_that_every_page_loads(name: str) -> None:
    held = TTFont(FOLDER / "fonts" / f"{name}.woff2").getBestCmap().keys()
    for path in (file for folder in (OF_SITE, OF_FIRM) for file in folder.glob("*.po")):
        texts = [form for one in read_catalog(path, path.stem) for form in forms(one.string)]
        used = {letter for text in texts for letter in text if letter != "\n"}
        assert {letter for letter in used if ord(letter) not in held} == set(), path
