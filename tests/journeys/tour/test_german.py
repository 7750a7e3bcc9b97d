"""The same in German, whose words are longer: axe finds nothing, and nothing scrolls sideways."""

import pytest
from playwright.sync_api import Page, expect

from app.applications.questions import STEP_KEYS
from tests.journeys.axe import pixels_beyond_the_window, violations_on, widths_that_scroll
from tests.journeys.history import History
from tests.journeys.prospect import cookie_of_finished_draft
from tests.journeys.watch import Watch
from tests.site import Site

GERMAN = "de-DE"


@pytest.fixture(scope="module")
def locale() -> str:
    return GERMAN


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/engagements/", "/engagements/build", "/articles/", "/privacy", "/nothing-here"),
        *("/apply", *(f"/apply/{key}" for key in STEP_KEYS)),
        *("/apply/attachments", "/apply/outlook", "/apply/delete"),
        *("own:asked", "own:offered", "own:agreed", "withdraw:proposed", "erase:proposed"),
    ],
)
def test_axe_finds_nothing_in_german_and_nothing_scrolls_sideways(
    tourist: tuple[Page, Watch], site: Site, history: History, path: str
) -> None:
    page, _ = tourist
    page.context.add_cookies([cookie_of_finished_draft(site)])
    page.goto(history.path_to(path))
    assert page.locator("html").get_attribute("lang") == "de"
    assert violations_on(page) == ""
    assert widths_that_scroll(page) == []
    assert pixels_beyond_the_window(page) == 0


@pytest.mark.parametrize("key", STEP_KEYS[:-1])
def test_axe_finds_nothing_in_german_beside_errors(tourist: tuple[Page, Watch], key: str) -> None:
    page, _ = tourist
    page.goto(f"/apply/{key}")
    page.get_by_role("button", name="Weiter").first.click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert violations_on(page) == ""
    assert widths_that_scroll(page) == []
    assert pixels_beyond_the_window(page) == 0
