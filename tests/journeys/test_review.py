"""Staff at their desks: signing in, the queue, one application, the decision, two reviewers."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.axe import BEYOND
from tests.journeys.conftest import Visit
from tests.journeys.prospect import Applied, apply, mails_to, someone, text_of
from tests.journeys.staff import Reviewer
from tests.site import Site, eventually

scripting = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
STAFF = "staff@champlin.example"
WEAK = {"frequency": "not_yet", "budget": "under_10k", "architecture": "not_built"}


@scripting
def test_a_reviewer_signs_in_and_finds_the_best_application_first(
    visit: Visit, site: Site, ada: Reviewer, javascript: bool
) -> None:
    _, firm = someone("Harbour")
    weak = apply(site, company=f"{firm} weak", **WEAK)
    strong = apply(site, company=f"{firm} strong")
    page = visit(1440, javascript=javascript)

    page.goto("/staff/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(page, ada.email, "a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("The email address or the password")
    sign_in(page, ada.email, ada.password)
    expect(page.get_by_role("heading", level=1)).to_have_text("Applications")

    page.get_by_label("Search").fill(firm)
    page.get_by_role("button", name="Show").click()
    rows = page.get_by_role("row").filter(has_text=firm)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(strong.company)
    scores = [int(rows.nth(place).locator("td").first.inner_text()) for place in (0, 1)]
    assert scores[0] > scores[1]
    rows.last.get_by_role("link", name=weak.company).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(weak.company)


def test_a_company_name_of_one_long_word_widens_no_page_that_links_to_it(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied, _ = apply(site), apply(site)
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{applied.id}")
    following = page.get_by_role("link", name="Next to decide").locator("bdi")
    # Which company comes next depends on what the other journeys have sent.
    following.evaluate("bdi => { bdi.textContent = 'Donaudampfschiffahrts'.repeat(5) }")
    for width in (320, 390, 640, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(BEYOND, width) <= 0, width
        heading = page.get_by_role("heading", level=1).bounding_box()
        assert heading and heading["width"] > width / 3, width


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_an_application_shows_its_answers_the_reasons_the_price_the_timeline_and_the_mail(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = apply(site)
    mails_to(site, applied.email)
    page = visit(1440, reviewer=ada)

    page.goto(f"/staff/applications/{applied.id}")
    expect(page.get_by_text("We move containers between eleven ports")).to_be_visible()
    reasons = page.get_by_role("region", name="Why this score").get_by_role("listitem")
    points = [re.search(r"(\d+) of (\d+)", text) for text in reasons.all_inner_texts()]
    of_criteria = [match for match in points if match]
    assert sum(int(match[2]) for match in of_criteria) == 100
    total = sum(int(match[1]) for match in of_criteria)
    expect(page.get_by_text(f"{total} of 100", exact=True)).to_be_visible()

    lines = page.get_by_role("region", name="Engagement").get_by_role("row").all_inner_texts()
    *prices, whole, _ = [cents_in(line) for line in lines if "$" in line]
    assert sum(prices) == whole > 0
    happened = page.get_by_role("region", name="What happened").get_by_role("listitem")
    expect(happened).to_have_count(3)
    page.get_by_text(f"We have your application ({applied.reference})").click()
    expect(page.get_by_text("will have an answer from a person")).to_be_visible()


def cents_in(line: str) -> int:
    amount = re.search(r"(−?)\$([\d,]+)", line)
    assert amount
    return int(f"{'-' if amount[1] else ''}{amount[2].replace(',', '')}")


@scripting
def test_a_reviewer_accepts_after_previewing_the_email_that_then_arrives(
    visit: Visit, site: Site, ada: Reviewer, javascript: bool
) -> None:
    applied = apply(site)
    page = visit(1440, reviewer=ada, javascript=javascript)
    page.goto(f"/staff/applications/{applied.id}")
    page.get_by_role("radio", name="Accept").check()
    page.get_by_role("radio", name="Sprint").check()
    page.get_by_label("Message to the prospect").fill("Your dispatch is a good first slice.")
    page.get_by_role("button", name="Preview the email").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Send this email?")
    expect(page.get_by_text("Your dispatch is a good first slice.")).to_be_visible()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("radio", name="Sprint")).to_be_checked()
    page.get_by_label("Message to the prospect").fill("Dispatch is a good first slice.")
    page.get_by_role("button", name="Preview the email").click()
    page.get_by_role("button", name="Send and accept").click()

    expect(page.get_by_role("status")).to_contain_text("Accepted as a Sprint")
    expect(status_on(page)).to_have_text("Accepted")
    expect(page.get_by_role("region", name="Decision")).to_contain_text(ada.name)
    letter = text_of(mails_to(site, applied.email, 2)[1])
    assert "Dispatch is a good first slice." in letter
    assert f"{site.url}{applied.page}" in letter


@scripting
def test_a_reviewer_asks_the_prospect_answers_and_the_reviewer_declines(
    visit: Visit, site: Site, ada: Reviewer, javascript: bool
) -> None:
    applied = apply(site)
    desk = visit(1440, reviewer=ada, javascript=javascript)
    desk.goto(f"/staff/applications/{applied.id}")
    desk.get_by_role("radio", name="Ask for more").check()
    desk.get_by_role("button", name="Preview the email").click()
    expect(desk.get_by_role("alert")).to_contain_text("Write what you would like to know.")
    desk.get_by_label("Message to the prospect").fill("Who is on call at night?")
    desk.get_by_role("button", name="Preview the email").click()
    desk.get_by_role("button", name="Send the question").click()
    expect(status_on(desk)).to_have_text("Question asked")

    answer_the_question(visit(390, javascript=javascript), applied)
    eventually(lambda: staff_mails_about(site, f"Answer from {applied.company}"))
    [told] = staff_mails_about(site, f"Answer from {applied.company}")
    assert "Two of us, in turns." in told

    desk.reload()
    expect(status_on(desk)).to_have_text("To decide")
    expect(desk.get_by_text("Two of us, in turns.").first).to_be_visible()
    desk.get_by_role("radio", name="Decline").check()
    desk.get_by_label("Message to the prospect").fill("Two people can't carry this.")
    desk.get_by_role("button", name="Preview the email").click()
    desk.get_by_role("button", name="Send and decline").click()
    expect(status_on(desk)).to_have_text("Declined")
    letter = text_of(mails_to(site, applied.email, 3)[2])
    assert "will not take it on" in letter and "Two people can't carry this." in letter
    applied.wait_until_engagement_is("closed")


def status_on(page: Page) -> Locator:
    """The status in the head of an application's page."""
    return page.get_by_role("main").locator("header .badge")


def answer_the_question(page: Page, applied: Applied) -> None:
    page.goto(applied.page)
    expect(page.get_by_text("Who is on call at night?").first).to_be_visible()
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Write your answer first.")
    page.get_by_label("Your answer").fill("Two of us, in turns.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="Your application is with a reviewer.")).to_be_visible()


def staff_mails_about(site: Site, subject: str) -> list[str]:
    return [text_of(mail) for mail in site.sink.to(STAFF) if subject in mail["Subject"]]


def test_the_second_of_two_reviewers_sees_who_was_first_and_keeps_the_text(
    visit: Visit, site: Site, ada: Reviewer, grace: Reviewer
) -> None:
    applied = apply(site)
    late = visit(1440, reviewer=grace)
    late.goto(f"/staff/applications/{applied.id}")
    late.get_by_role("radio", name="Decline").check()
    late.get_by_label("Message to the prospect").fill("We have no time this year.")
    late.get_by_role("button", name="Preview the email").click()
    expect(late.get_by_role("heading", level=1)).to_have_text("Send this email?")

    ada.decide(applied.id, verdict="accept", kind="sprint")

    late.get_by_role("button", name="Send and decline").click()
    expect(late.get_by_text("Somebody got there first")).to_be_visible()
    expect(late.get_by_text(f"by {ada.name}").first).to_be_visible()
    expect(late.get_by_text("We have no time this year.")).to_be_visible()
    applied.wait_until_engagement_is("offered")
    mails = mails_to(site, applied.email, 2)
    assert not any("will not take it on" in text_of(mail) for mail in mails)


def test_a_link_is_underlined_to_its_end_and_a_long_name_is_aligned_to_the_edge(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied, following = apply(site), apply(site, company="Gesellschaft für alles " * 5)
    applied.write("May we begin in March?")
    page = visit(1440, reviewer=ada)
    page.goto(f"/staff/applications/{applied.id}")
    time = page.get_by_role("link", name="since").locator("time")
    expect(time).to_have_css("text-decoration-line", "underline")
    page.goto(f"/staff/applications/{following.id}")
    expect(page.get_by_role("link", name="Next to decide")).to_have_css("text-align", "end")
