"""A prospect and a reviewer write to each other: by mail, on their pages, and at the same time."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.prospect import Applied, apply, mails_to, send_application, text_of
from tests.journeys.staff import Reviewer
from tests.journeys.trouble import nothing_delivered
from tests.site import Site, eventually

STAFF = "staff@champlin.example"


@pytest.fixture
def applied(site: Site) -> Applied:
    return apply(site)


def messages_on(page: Page) -> Locator:
    return page.locator(".thread").get_by_role("listitem")


def write(page: Page, text: str, button: str = "Send the message") -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize(("width", "javascript"), [(390, False), (1440, True)])
def test_a_prospect_writes_a_reviewer_replies_and_both_see_it_all(
    visit: Visit, site: Site, ada: Reviewer, applied: Applied, width: int, javascript: bool
) -> None:
    page = visit(width, javascript=javascript)
    page.goto(applied.page)
    write(page, "")
    expect(page.get_by_role("alert")).to_contain_text("Write your message first.")
    write(page, "May we begin in March?\n\nOur night shifts end then.")
    expect(page.get_by_role("status").first).to_contain_text("Your message is with us.")
    expect(messages_on(page)).to_have_count(1)
    subject = f"Message from {applied.company}"
    eventually(lambda: any(subject in mail["Subject"] for mail in site.sink.to(STAFF)))

    desk = visit(width, reviewer=ada, javascript=javascript)
    desk.goto(f"/staff/?status=unanswered&search={applied.reference}")
    expect(desk.get_by_text("Reply awaited")).to_be_visible()
    desk.get_by_role("link", name=applied.company).click()
    expect(messages_on(desk)).to_contain_text(["Our night shifts end then."])
    write(desk, "March is fine.", "Preview the message")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Send this email?")
    desk.get_by_role("button", name="Change it").click()
    write(desk, "March is very fine.", "Preview the message")
    desk.get_by_role("button", name="Send the message").click()
    expect(messages_on(desk)).to_have_count(2)
    expect(messages_on(desk).last).to_contain_text(ada.name)
    desk.goto(f"/staff/?status=unanswered&search={applied.reference}")
    expect(desk.get_by_text("No application matches")).to_be_visible()

    first, reply = mails_to(site, applied.email, 2)
    assert reply["References"] == first["Message-ID"]
    assert "March is very fine." in text_of(reply)
    assert f"{site.url}{applied.page}#conversation" in text_of(reply)
    page.goto(applied.page)
    expect(messages_on(page)).to_have_count(2)
    expect(messages_on(page).last).to_contain_text("March is very fine.")
    expect(messages_on(page).last).to_contain_text(ada.name)


def test_before_the_first_message_the_field_stands_beside_the_heading(
    visit: Visit, applied: Applied
) -> None:
    page = visit(1440)
    page.goto(applied.page)
    title = page.get_by_role("heading", name="Messages").bounding_box()
    label = page.get_by_text("Your message", exact=True).bounding_box()
    assert title and label
    assert title["y"] < label["y"] < title["y"] + title["height"]


def test_a_reply_appears_by_itself_and_leaves_what_is_being_typed_alone(
    visit: Visit, ada: Reviewer, applied: Applied
) -> None:
    applied.write("May we begin in March?")
    page = visit(390)
    page.goto(applied.page)
    page.get_by_label("Your message").press_sequentially("And who would")
    ada.write(applied.id, "March is fine.")

    expect(messages_on(page)).to_have_count(2)
    expect(messages_on(page).last).to_contain_text("March is fine.")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.get_by_label("Your message").press_sequentially(" come?")
    expect(page.get_by_label("Your message")).to_have_value("And who would come?")
    ada.write(applied.id, "It would be Grace.")
    expect(messages_on(page)).to_have_count(3)
    page.get_by_role("button", name="Send the message").click()
    expect(messages_on(page)).to_have_count(4)
    expect(messages_on(page).last).to_contain_text("And who would come?")


def test_a_question_that_arrives_while_the_page_is_open_is_shown_with_what_to_do_next(
    visit: Visit, ada: Reviewer, applied: Applied
) -> None:
    page = visit(390)
    page.goto(applied.page)
    page.get_by_label("Your message").fill("By the way")
    ada.decide(applied.id, verdict="ask", message="Who is on call at night?")
    expect(messages_on(page).last).to_contain_text("Who is on call at night?")
    expect(page.get_by_role("heading", name="The reviewer has a question for you.")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("By the way")
    page.get_by_role("link", name="Reload the page").click()
    expect(page.get_by_label("Your answer")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_count(0)


def test_a_proposal_that_arrives_while_somebody_is_typing_costs_them_no_text(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(390)
    with nothing_delivered(site):
        applied = send_application(site)
        page.goto(applied.page)
        expect(page.get_by_role("heading", name="We have your application.")).to_be_visible()
        page.get_by_label("Your message").press_sequentially("By the way")
        ada.decide(applied.id, verdict="accept", kind="sprint")
    expect(page.get_by_role("heading", name="We would like to work with you.")).to_be_visible()
    expect(page.get_by_role("link", name="Reload the page")).to_be_visible()
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("By the way")
    page.get_by_role("link", name="Reload the page").click()
    expect(page.get_by_role("button", name="Agree")).to_be_visible()


def test_a_double_click_sends_one_message(visit: Visit, applied: Applied) -> None:
    page = visit(390)
    page.goto(applied.page)
    page.get_by_label("Your message").fill("Hello.")
    page.get_by_role("button", name="Send the message").dblclick()
    expect(page.get_by_role("status").first).to_contain_text("Your message is with us.")
    page.goto(applied.page)
    expect(messages_on(page)).to_have_count(1)
