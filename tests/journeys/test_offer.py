"""A reviewer changes an offer and takes it back while the client has its page open."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.prospect import Applied, apply, mails_to, text_of
from tests.journeys.staff import Reviewer
from tests.site import Site

scripting = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
NAME = "Marguerite Okonkwo"


@pytest.fixture
def offered(site: Site, ada: Reviewer) -> Applied:
    """A Sprint is on offer at $12,500."""
    applied = apply(site)
    ada.decide(applied.id, verdict="accept", kind="sprint", price="12,500")
    applied.wait_until_engagement_is("offered")
    return applied


@scripting
def test_a_client_who_read_the_first_price_agrees_only_once_they_were_shown_the_second(
    visit: Visit, site: Site, ada: Reviewer, offered: Applied, javascript: bool
) -> None:
    client = visit(390, javascript=javascript, pays=True)
    client.goto(offered.page)
    expect(client.get_by_text("at $12,500 on the terms above")).to_be_visible()
    client.get_by_label("Your full name").fill(NAME)

    desk = open_offer(visit(1440, reviewer=ada, javascript=javascript), offered)
    desk.get_by_role("radio", name="Change the offer").check()
    desk.get_by_label("at another price").fill("11,000")
    desk.get_by_role("button", name="Preview the email").click()
    expect(desk.get_by_role("alert")).to_contain_text("Write what has changed.")
    desk.get_by_label("Message to the prospect").fill("We had counted a week too many.")
    desk.get_by_role("button", name="Preview the email").click()
    expect(desk.get_by_text("Before: Sprint, $12,500")).to_be_visible()
    desk.get_by_role("button", name="Send and change the offer").click()
    expect(desk.get_by_role("status")).to_contain_text("Offer changed to a Sprint at $11,000")

    client.get_by_role("button", name="Agree to this engagement").click()
    expect(client.get_by_role("alert")).to_contain_text("Our proposal has changed since")
    expect(client.get_by_label("Your full name")).to_have_value(NAME)
    expect(client.get_by_text("at $11,000 on the terms above")).to_be_visible()
    assert offered.engagement_status == "offered"
    letter = text_of(mails_to(site, offered.email, 3)[2])
    assert "We had counted a week too many." in letter and "Price: $11,000" in letter
    client.get_by_role("button", name="Agree to this engagement").click()
    offered.wait_until_engagement_is("accepted")

    desk.reload()
    decision = desk.get_by_role("region", name="Decision")
    expect(decision).to_contain_text("so the offer can’t be changed or taken back")


@scripting
def test_a_client_whose_offer_was_taken_back_is_told_and_owes_nothing(
    visit: Visit, ada: Reviewer, offered: Applied, javascript: bool
) -> None:
    client = visit(390, javascript=javascript)
    client.goto(offered.page)
    client.get_by_label("Your full name").fill(NAME)

    desk = open_offer(visit(1440, reviewer=ada, javascript=javascript), offered)
    desk.get_by_role("radio", name="Take the offer back").check()
    desk.get_by_label("Message to the prospect").fill("Two of us have fallen ill.")
    desk.get_by_role("button", name="Preview the email").click()
    desk.get_by_role("button", name="Send and take it back").click()
    expect(desk.get_by_role("main").locator("header .badge")).to_have_text("Offer taken back")
    offered.wait_until_engagement_is("closed")

    client.get_by_role("button", name="Agree to this engagement").click()
    expect(client.get_by_role("status")).to_contain_text("so nothing is agreed")
    heading = client.get_by_role("heading", level=1)
    expect(heading).to_have_text("We have taken our proposal back.")
    expect(client.get_by_text("Two of us have fallen ill.")).to_be_visible()
    assert client.get_by_role("button", name="Agree to this engagement").count() == 0


def open_offer(page: Page, offered: Applied) -> Page:
    """Follow the link to the offer's form by keyboard, which opens it."""
    page.goto(f"/staff/applications/{offered.id}")
    page.get_by_role("link", name="Change the offer").press("Enter")
    expect(page.get_by_role("radio", name="Change the offer")).to_be_visible()
    return page
