"""What a screen reader announces when a page changes without a reload, and how a reader who is
disturbed by the changes stops them."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.heard import announces_changes_of
from tests.journeys.prospect import apply
from tests.journeys.staff import Reviewer
from tests.site import Site

KEEP_REGION = "() => { window.region = document.querySelector('#deposit').closest('[aria-live]') }"
IS_STILL_THERE = "() => region.isConnected && region.textContent.includes('Thank you.')"
IS_STOPPED = """part => !part.dispatchEvent(
  new CustomEvent("htmx:beforeRequest", { bubbles: true, cancelable: true })
)"""


def test_moving_the_slider_of_a_history_reads_the_new_moment_out_in_one_line(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{apply(site).id}/history")
    page.get_by_label("Moment, from 1 to").press("Home")
    title = page.locator("#as-of-title")
    expect(title).to_contain_text("1 of ")
    assert announces_changes_of(page, "#standing")
    expect(page.get_by_role("status")).to_have_text(title.inner_text())


def test_a_confirmed_payment_is_read_out(visit: Visit, site: Site, ada: Reviewer) -> None:
    applied = apply(site)
    ada.decide(applied.id, verdict="accept", kind="sprint")
    applied.wait_until_engagement_is("offered")
    applied.agree()
    page = visit(390)
    page.goto(f"{applied.page}?payment=done")
    expect(page.get_by_text("We are waiting for Stripe’s confirmation")).to_be_visible()
    page.evaluate(KEEP_REGION)
    ada.record_transfer(applied.engagement_id, f"{datetime.now(UTC):%Y-%m-%d}")
    expect(page.get_by_text("received by bank transfer")).to_be_visible()
    assert page.evaluate(IS_STILL_THERE)


@pytest.mark.parametrize("path", ["/labs/this-site", "/staff/events/", "own page"])
def test_automatic_updates_stay_paused_until_the_reader_resumes_them(
    visit: Visit, site: Site, ada: Reviewer, path: str
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(apply(site).page if path == "own page" else path)
    part = page.locator('[hx-trigger="every 5s"]')
    page.get_by_role("button", name="Pause this page’s updates").press("Enter")
    assert part.evaluate(IS_STOPPED)
    page.get_by_role("button", name="Resume this page’s updates").press("Enter")
    assert not part.evaluate(IS_STOPPED)
