"""A prospect applies: on a phone, with and without JavaScript, and with nothing but a keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.demo_applications import APPLICATIONS
from tests.journeys.conftest import Visit
from tests.journeys.keyboard import answer_by_key, press, press_tab_until
from tests.journeys.prospect import (
    STEPS,
    fill_in,
    mails_to,
    send_application,
    someone,
    text_of,
)
from tests.journeys.trouble import nothing_delivered
from tests.site import Site

ANSWERS = APPLICATIONS[1]
REFERENCE = re.compile(r"CE-[0-9A-Z]{4}-[0-9A-Z]{4}")
OWN_PAGE = re.compile(r"/applications/[\w-]+$")
WITH_REVIEWER = "Your application is with a reviewer."
scripting = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])


@scripting
def test_a_prospect_applies_on_a_phone_and_nothing_typed_is_lost(
    visit: Visit, site: Site, javascript: bool
) -> None:
    email, company = someone("Larkspur Pay")
    answers = {**ANSWERS, "email": email, "company": company}
    page = visit(390, javascript=javascript)

    page.goto("/")
    page.get_by_role("link", name="Apply in 10 minutes").click()
    page.get_by_role("button", name="Start").click()
    send_the_first_step_empty(page)
    for number, step in enumerate(STEPS[:-1], start=1):
        expect(page.get_by_role("heading", level=1)).to_have_text(step.title)
        expect(page.get_by_text(f"Step {number} of 6")).to_be_visible()
        left = sum(later.minutes for later in STEPS[number - 1 :])
        expect(page.get_by_text(f"About {left} minutes left")).to_be_visible()
        fill_in(page, step.key, answers)
        page.get_by_role("button", name="Continue").click()
        if step.key == "problem":
            go_back_and_reload(page, str(answers["problem"]).strip())
    read_over_and_send(page, company)

    expect(page).to_have_url(OWN_PAGE)
    expect(page.locator("main header b")).to_have_text(REFERENCE)
    [mail] = mails_to(site, email)
    assert page.url in text_of(mail)
    assert page.locator("main header b").inner_text() in mail["Subject"]


def send_the_first_step_empty(page: Page) -> None:
    """Send the step empty, and follow the error's link to its field."""
    page.get_by_role("button", name="Continue").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("answers need another look")
    summary.get_by_role("link", name="Enter your email address.").click()
    expect(page.get_by_label("Work email")).to_be_focused()
    expect(page.get_by_label("Work email")).to_have_accessible_description(
        re.compile("Enter your email address")
    )


def test_an_error_message_disappears_as_soon_as_its_answer_is_changed(visit: Visit) -> None:
    page = visit(390)
    page.goto("/apply/outcome")
    page.get_by_role("button", name="Continue").click()
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("3 answers need another look")
    page.wait_for_load_state()  # until then no script hears what is chosen
    page.get_by_label("No deadline").check()
    expect(page.locator("#deadline-error")).to_be_hidden()
    expect(summary).to_contain_text("2 answers need another look")
    expect(summary.get_by_role("link")).to_have_count(2)
    page.get_by_label("A decision and a design").check()
    expect(summary).to_contain_text("One answer needs another look")
    page.get_by_label("I do", exact=True).check()
    expect(summary).to_have_count(0)
    expect(page.locator(".field--invalid, [aria-invalid]")).to_have_count(0)


def test_without_javascript_an_error_message_stays_until_the_page_is_sent_again(
    visit: Visit,
) -> None:
    page = visit(390, javascript=False)
    page.goto("/apply/you")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your name").fill("Ada Marsh")
    expect(page.locator("#name-error")).to_be_visible()


def go_back_and_reload(page: Page, problem: str) -> None:
    """Go back and reload with the browser's own buttons, which lose nothing; then continue."""
    expect(page.get_by_role("heading", level=1)).to_have_text("The outcome you want")
    page.go_back()
    typed = page.get_by_label("What is the problem?")
    expect(typed).to_have_value(problem)
    page.reload()
    expect(typed).to_have_value(problem)
    page.get_by_role("button", name="Back to The system today").click()
    expect(page.get_by_role("radio", name="Services that already exchange events")).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    expect(typed).to_have_value(problem)
    page.get_by_role("button", name="Continue").click()


def read_over_and_send(page: Page, company: str) -> None:
    expect(page.get_by_text("Step 6 of 6")).to_be_visible()
    expect(page.get_by_text(company)).to_be_visible()
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")
    page.get_by_role("checkbox", name="You may store this application").check()
    page.get_by_role("button", name="Send the application").click()


def test_a_prospect_applies_with_the_keyboard_alone_and_always_sees_the_focus(
    visit: Visit,
) -> None:
    email, company = someone("Larkspur Pay")
    answers = {**ANSWERS, "email": email, "company": company}
    page = visit(1440, reduced_motion="reduce")

    page.goto("/")
    press(page, page.get_by_role("link", name="Skip to the content"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Apply in 10 minutes")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, page.get_by_role("button", name="Start"))
    for step in STEPS[:-1]:
        expect(page.get_by_role("heading", level=1)).to_have_text(step.title)
        for question in step.questions:
            if question.key in answers:
                answer_by_key(page, question, answers[question.key])
        press(page, page.get_by_role("button", name="Continue"))
    press_tab_until(page, page.get_by_role("checkbox", name="You may store this application"))
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Send the application"))

    expect(page).to_have_url(OWN_PAGE)
    expect(page.locator("main header b")).to_have_text(REFERENCE)


@scripting
def test_the_prospects_page_shows_when_the_application_has_reached_a_reviewer(
    visit: Visit, site: Site, javascript: bool
) -> None:
    page = visit(390, javascript=javascript)
    with nothing_delivered(site):
        applied = send_application(site)
        page.goto(applied.page)
        expect(page.get_by_role("heading", name="We have your application.")).to_be_visible()
        expect(page.get_by_text("Received", exact=True)).to_be_visible()
        assert page.get_by_text("Scored by rule", exact=True).count() == 0
        page.evaluate("window.openedOnce = true")

    if not javascript:
        applied.wait_until_engagement_is("proposed")
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name=WITH_REVIEWER)).to_be_visible()
    for told in ("Scored by rule", "With a reviewer"):
        expect(page.get_by_text(told, exact=True)).to_be_visible()
    if javascript:
        assert page.evaluate("window.openedOnce"), "It was loaded anew."
