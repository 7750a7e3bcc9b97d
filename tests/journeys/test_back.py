"""Going back: the browser itself refills a page's fields with what they held when it was left,
which may be older than what has been saved since."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Device, Visit
from tests.journeys.kept_page import show_again
from tests.journeys.prospect import apply, cookie_of_finished_draft, someone
from tests.journeys.staff import Reviewer
from tests.journeys.typed import CHANGED, saved, stored
from tests.site import Site, eventually


@pytest.fixture
def page(device: Device, site: Site) -> Page:
    """The step about the problem, in a browser that has answered it."""
    page = device(390)
    page.context.add_cookies([cookie_of_finished_draft(site, someone()[0])])
    page.goto("/apply/problem")
    return page


def go_on(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Continue").click()


def type_and_find_no_conflict(page: Page, site: Site) -> None:
    text, _ = someone("The last thought")
    page.locator("#problem").fill(text)
    eventually(lambda: stored(site, text))
    expect(page.get_by_text(CHANGED)).to_have_count(0)


def test_going_back_after_continuing_causes_no_conflict_with_ones_own_save(
    page: Page, site: Site
) -> None:
    page.locator("#problem").fill("First thought")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The outcome you want")
    page.go_back()
    type_and_find_no_conflict(page, site)


def test_going_back_past_a_refusal_shows_what_was_typed_since(page: Page, site: Site) -> None:
    page.locator("#problem").fill("")
    saved(page)
    go_on(page)
    expect(page.locator(".error-summary")).to_be_visible()
    text, _ = someone("Second thought")
    page.locator("#problem").fill(text)
    saved(page)
    page.go_back()
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator("#problem")).to_have_value(text)
    assert stored(site, text)
    type_and_find_no_conflict(page, site)


def test_a_page_from_the_back_forward_cache_says_that_its_form_is_no_longer_open(
    page: Page, site: Site
) -> None:
    text, _ = someone("A thought")
    page.locator("#problem").fill(text)
    saved(page)
    other = page.context.new_page()
    other.goto("/apply/delete")
    other.get_by_role("button", name="Delete it all").click()
    expect(other.get_by_text("What you entered is deleted.")).to_be_visible()
    show_again(page)
    expect(page.locator("#autosave-notice")).to_contain_text("is no longer open here")
    assert not stored(site, text)


def test_going_back_to_a_history_shows_the_moment_its_slider_is_set_to(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{apply(site).id}/history")
    slider, title = page.get_by_label("Moment, from 1 to"), page.locator("#as-of-title")
    slider.press("ArrowLeft")
    expect(title).to_contain_text(f"{slider.input_value()} of ")
    page.get_by_role("link", name="application.submitted", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("application.submitted")
    page.go_back()
    expect(title).to_contain_text(f"{slider.input_value()} of ")


def test_going_back_to_the_outlook_shows_the_whole_page(page: Page) -> None:
    page.goto("/apply/outlook")
    page.goto("/apply/review")
    expect(page.locator("#outlook")).to_contain_text("by our rate card")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("A first reading of your answers")


def test_going_back_to_an_account_shows_the_event_its_slider_is_set_to(visit: Visit) -> None:
    page = visit(1440)
    page.goto("/labs/time-machine")
    page.get_by_role("button", name="Pay in").click()
    expect(page.get_by_text("Balance after 2 of 2 events")).to_be_visible()
    slider = page.get_by_label("Rewind to event", exact=True)
    slider.press("ArrowLeft")
    expect(page.get_by_text("Balance after 1 of 2 events", exact=True)).to_be_visible()
    page.get_by_role("link", name="Articles").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Articles")
    page.go_back()
    expect(page.get_by_text(f"Balance after {slider.input_value()} of 2 events")).to_be_visible()
