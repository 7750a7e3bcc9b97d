"""Staff with nothing but a keyboard, from the sign-in to the deposit, wrong answers included."""

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.keyboard import press, press_tab_until
from tests.journeys.prospect import Applied, apply
from tests.journeys.staff import Reviewer
from tests.site import Site


def type_into(page: Page, label: str, text: str) -> None:
    press_tab_until(page, page.get_by_label(label))
    page.keyboard.insert_text(text)


def is_next(page: Page, label: str) -> None:
    """Check that a single Tab leads to that field."""
    page.keyboard.press("Tab")
    expect(page.get_by_label(label).first).to_be_focused()


def test_a_reviewer_signs_in_finds_an_application_and_accepts_it(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = apply(site)
    page = visit(1440, javascript=False, reduced_motion="reduce")
    page.goto("/staff/")
    type_into(page, "Email", ada.email)
    type_into(page, "Password", ada.password)
    press(page, page.get_by_role("button", name="Sign in"))
    type_into(page, "Search", applied.company)
    press(page, page.get_by_role("button", name="Show"))
    press(page, page.get_by_role("link", name=applied.company, exact=True))

    press_tab_until(page, page.get_by_role("link", name="Decide", exact=True))
    page.keyboard.press("Enter")
    is_next(page, "Accept")
    press(page, page.get_by_role("button", name="Preview the email"))
    summary = page.get_by_role("main").get_by_role("alert")
    expect(summary).to_be_focused()
    press_tab_until(page, summary.get_by_role("link").first)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Accept").first).to_be_focused()
    page.keyboard.press("Space")
    press(page, page.get_by_role("button", name="Preview the email"))
    press(page, page.get_by_role("button", name="Change it"))
    expect(page.get_by_role("button", name="Preview the email")).to_be_visible()
    page.wait_for_load_state()
    is_next(page, "Accept")
    press(page, page.get_by_role("button", name="Preview the email"))
    press(page, page.get_by_role("button", name="Send and accept"))
    expect(page.get_by_role("status")).to_contain_text("Accepted")
    applied.wait_until_engagement_is("offered")


def test_a_deposit_is_recorded_after_a_wrong_amount(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = agreed_by(apply(site), ada)
    page = visit(1440, reviewer=ada, reduced_motion="reduce")
    page.goto("/staff/engagements/")
    press(page, page.get_by_role("link", name=applied.company, exact=True))
    press(page, page.get_by_role("link", name="Deposit", exact=True))
    due = page.get_by_text(", due. Agreed").inner_text()
    amount = due.partition(", due")[0]
    type_into(page, "Amount received", "17")
    press(page, page.get_by_role("button", name="Record the payment"))
    summary = page.get_by_role("main").get_by_role("alert")
    expect(summary).to_be_focused()
    press_tab_until(page, summary.get_by_role("link").first)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Amount received")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(amount)
    press_tab_until(page, page.get_by_label("Received on"))
    page.keyboard.type(f"{datetime.now(UTC):%m%d%Y}")
    press(page, page.get_by_role("button", name="Record the payment"))
    expect(page.get_by_role("status")).to_contain_text("The payment is recorded.")


def agreed_by(applied: Applied, ada: Reviewer) -> Applied:
    ada.decide(applied.id, verdict="accept", kind="sprint")
    applied.wait_until_engagement_is("offered")
    applied.agree()
    applied.wait_until_engagement_is("accepted")
    return applied


def test_on_a_narrow_application_page_tab_follows_its_one_column(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    page = visit(390, reviewer=ada, reduced_motion="reduce")
    page.goto(f"/staff/applications/{apply(site).id}")
    press_tab_until(page, page.get_by_role("link", name="Decide", exact=True))
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Take it")).to_be_focused()
    press_tab_until(page, page.get_by_text("Write a note", exact=True))
    press_tab_until(page, page.get_by_label("Your message"))
    press_tab_until(page, page.get_by_role("button", name="Preview the email"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="How it stood at each moment")).to_be_focused()
