"""A save that can never succeed is not retried unchanged, and its text stays in the browser."""

import pytest
from playwright.sync_api import Page, Request, expect

from app.web.security import MAX_BODY_BYTES
from tests.journeys.conftest import Device
from tests.journeys.prospect import someone
from tests.journeys.typed import KEPT, saved, stored, type_problem
from tests.site import Site

# Key by key it would take longer than anybody waits.
PASTE = """(field, length) => {
  field.value = "p".repeat(length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def autosaves(page: Page) -> list[Request]:
    """The saves that the page sends from now on; the list grows as they are sent."""
    sent: list[Request] = []
    page.on("request", lambda one: sent.append(one) if one.url.endswith("/autosave") else None)
    return sent


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (413, "Not saved: this is longer than the site accepts. Shorten it."),
        (403, "Not saved: the site did not accept this page."),
    ],
)
def test_text_that_can_never_be_saved_is_reported_kept_and_not_resent_until_it_changes(
    device: Device, site: Site, status: int, told: str
) -> None:
    page = device()
    page.clock.install()
    page.goto("/apply/problem")
    sent = autosaves(page)
    page.route("**/autosave", lambda route: route.fulfill(status=status))
    text, more = someone("Refused")
    type_problem(page, text)
    page.clock.run_for(2_000)
    expect(page.locator("#autosave")).to_contain_text(told)
    expect(page.locator("#autosave")).to_contain_text("kept in this browser")
    assert text in page.evaluate("Object.values(localStorage).join()")
    tried = len(sent)
    page.clock.run_for(120_000)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(120_000)
    assert len(sent) == tried
    page.unroute("**/autosave")
    type_problem(page, more)
    page.clock.run_for(2_000)
    saved(page)
    assert stored(site, text + more)


def test_a_save_that_was_rate_limited_is_tried_again(device: Device, site: Site) -> None:
    page = device()
    page.clock.install()
    page.goto("/apply/problem")
    page.route("**/autosave", lambda route: route.fulfill(status=429))
    text, _ = someone("Too soon")
    type_problem(page, text)
    page.clock.run_for(2_000)
    expect(page.locator("#autosave")).to_contain_text(KEPT)
    page.unroute("**/autosave")
    page.clock.run_for(30_000)
    saved(page)
    assert stored(site, text)


def test_text_longer_than_the_site_accepts_is_reported_as_too_long(
    device: Device, site: Site
) -> None:
    page = device()
    page.goto("/apply/problem")
    page.locator("#problem").evaluate(PASTE, MAX_BODY_BYTES)
    expect(page.locator("#autosave")).to_contain_text("this is longer than the site accepts")
    page.locator("#problem").fill("Shorter")
    saved(page)
