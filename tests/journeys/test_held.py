"""What a program seems to have sent is held: staff look at it, and release what a person sent."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.keyboard import IS_FOCUSED, MOST_STOPS
from tests.journeys.prospect import cookie_of_finished_draft, mails_to, send_application, text_of
from tests.journeys.staff import Reviewer
from tests.site import Site, eventually

STAFF = "staff@champlin.example"


def test_a_reviewer_finds_a_held_application_and_releases_it(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = send_application(site, trap="Cheap watches")
    subject = f"Held for review: {applied.company} ({applied.reference})"
    eventually(lambda: any(mail["Subject"] == subject for mail in site.sink.to(STAFF)))
    page = visit(390, reviewer=ada)

    page.goto("/staff/?status=held")
    page.get_by_role("link", name=applied.company).click()
    reasons = page.get_by_role("region", name="Held for review").get_by_role("listitem")
    expect(reasons.first).to_contain_text("no person can see")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Released. It goes on like any other.")).to_be_visible()

    applied.wait_until_engagement_is("proposed")
    [receipt] = mails_to(site, applied.email)
    assert applied.reference in text_of(receipt)
    page.reload()
    expect(page.get_by_role("heading", name="Why this score")).to_be_visible()
    expect(page.get_by_role("button", name="Preview the email")).to_be_visible()


def test_a_reviewer_dismisses_a_held_application_in_two_steps_without_javascript(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = send_application(site, trap="Cheap watches")
    page = visit(390, reviewer=ada, javascript=False)

    page.goto(f"/staff/applications/{applied.id}")
    dismiss = page.get_by_role("button", name="Dismiss without an email")
    expect(dismiss).to_be_hidden()
    page.get_by_text("Dismiss it", exact=True).click()
    dismiss.click()
    expect(page.get_by_text("Dismissed. Nobody was written to.")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    expect(dismiss).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_the_honeypot_field_is_reached_neither_by_tab_nor_by_a_screen_reader(
    visit: Visit, site: Site, width: int
) -> None:
    page = visit(width)
    page.context.add_cookies([cookie_of_finished_draft(site)])
    page.goto("/apply/review")
    trap = page.locator('input[name="subject"]')
    expect(trap).to_have_count(1)
    expect(page.get_by_role("textbox", name="Leave this empty")).to_have_count(0)
    send = page.get_by_role("button", name="Send the application")
    stops: list[str] = []
    while not send.evaluate(IS_FOCUSED):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("() => document.activeElement.name"))
        assert len(stops) < MOST_STOPS
    assert "anything_else" in stops and "subject" not in stops
