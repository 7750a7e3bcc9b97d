"""Signing out leaves nothing for whoever uses that browser next."""

from playwright.sync_api import expect

from tests.journeys.conftest import Visit, employ
from tests.journeys.kept_page import show_again
from tests.site import Site


def test_a_page_from_the_back_forward_cache_is_shown_again_only_until_sign_out(
    visit: Visit, site: Site
) -> None:
    reviewer = employ(site, "edsger@champlin.example", "Edsger Dijkstra")
    page = visit(1440, reviewer=reviewer)
    page.goto("/staff/")
    page.evaluate("window.kept = true")
    show_again(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Applications")

    other = page.context.new_page()
    other.goto("/staff/settings/")
    assert page.evaluate("window.kept")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
    show_again(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
