"""axe finds nothing on any page in any state, narrow and wide, in light and in dark."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.journeys.conftest import HEIGHTS, Visit
from tests.journeys.history import History
from tests.journeys.staff import Reviewer
from tests.journeys.tour import TOUR, Stop
from tests.journeys.trouble import refusing
from tests.prospects import make_prospects
from tests.site import Site

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What the colours can change.
COLOUR_RULES = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
SQLSTATES = {500: "P0001", 503: "57P01"}


@pytest.mark.parametrize("stop", TOUR, ids=[stop.name for stop in TOUR])
def test_axe_finds_nothing(
    visit: Visit, site: Site, history: History, ada: Reviewer, stop: Stop
) -> None:
    page = visit(
        1440,
        reviewer=ada if stop.who == "staff" else None,
        broken=(stop.broken,) if stop.broken else (),
        reduced_motion="reduce",
    )
    if stop.who == "applicant":
        [prospect] = make_prospects(site, 1)
        name, _, value = prospect.cookie.partition("=")
        page.context.add_cookies([{"name": name, "value": value, "url": site.url}])
    refusal = refusing(site, "drafts", "true", SQLSTATES[stop.broken]) if stop.broken else nullcontext()
    with refusal:
        page.goto(history.path_to(stop.path))
        for deed in stop.deeds:
            deed(page)

    assert violations_on(page) == ""


def violations_on(page: Page) -> str:
    """What axe objects to, at 390 and at 1440 pixels, in light and in dark."""
    page.evaluate(AXE_SCRIPT)
    reports = []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        for scheme, rules in (("light", ALL_RULES), ("dark", COLOUR_RULES)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            results = AxeResults(page.evaluate("rules => axe.run(document, rules)", rules))
            if results.violations_count:
                reports.append(f"{width} px, {scheme}: {results.generate_report()}")
    return "\n".join(reports)
