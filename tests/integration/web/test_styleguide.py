"""The style guide shows every shared part that the style sheets define."""

import re

import pytest
from flask.testing import FlaskClient

from app.web.assets import CORE, FOLDER

SHARED = (*CORE, "tables", "prose", "entries", "conversation", "review")
NOTE = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{")
CLASS = re.compile(r"\.([a-z][\w-]*)")
IN_USE = re.compile(r'class="([^"]*)"')
# The frames around a page's parts, and what only a script or one kind of page uses.
FRAMES = {
    *("article", "article__head", "colophon", "colophon__rest", "colophon__row", "columns"),
    *("eyebrow", "filling-in", "narrow-only", "on-paper", "on-screen", "section--figure"),
    *("split--woven", "split__below", "split__beside", "split__first", "split__last"),
    *("split__main", "wide-only"),
}


@pytest.fixture
def shown(desk: FlaskClient) -> set[str]:
    page = desk.get("/staff/styleguide").text
    return {name for names in IN_USE.findall(page) for name in names.split()}


def test_the_guide_shows_every_class_in_the_shared_style_sheets(shown: set[str]) -> None:
    missing = {}
    for sheet in SHARED:
        text = NOTE.sub("", (FOLDER / f"css/{sheet}.css").read_text())
        known = {name for rule in RULE.findall(text) for name in CLASS.findall(rule)}
        if left_out := known - shown - FRAMES:
            missing[sheet] = sorted(left_out)
    assert missing == {}


def test_nothing_that_the_guide_shows_is_still_listed_as_an_exception(shown: set[str]) -> None:
    assert shown & FRAMES == set()
