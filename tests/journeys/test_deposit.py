"""The client who was accepted agrees and pays: by card, or by a transfer that staff record."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from local.ports import HOST, Ports, free_port
from local.programs import site_processes
from local.state import State
from tests.journeys.conftest import Visit
from tests.journeys.prospect import Applied, apply, mails_to
from tests.journeys.staff import Reviewer
from tests.site import Site, eventually

STAFF = "staff@champlin.example"
# Full stops and commas after a time that were wrapped to the start of a line.
STRAYS = """() => [...document.querySelectorAll("main time")].filter((time) => {
  const after = time.nextSibling;
  if (!(after instanceof Text) || !/^[.,;)]/.test(after.data)) return false;
  const mark = document.createRange();
  mark.setStart(after, 0);
  mark.setEnd(after, 1);
  return mark.getBoundingClientRect().top >= time.getBoundingClientRect().bottom;
}).map((time) => `${innerWidth}: ${time.closest("p").textContent}`)"""
WITHOUT_STRIPE = {"STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": "", "STRIPE_API_BASE": ""}


@pytest.fixture
def bank_url(site: Site) -> Iterator[str]:
    """The address of the same site, served by a web process that has no Stripe keys."""
    ports = Ports(web=free_port())
    url = f"http://{HOST}:{ports.web}"
    environ = {**site.settings, **WITHOUT_STRIPE, "PORT": str(ports.web), "BASE_URL": url}
    folder = State(Path(site.settings["VAR_DIR"]) / "without-stripe")
    [web] = [one for one in site_processes(folder, ports, environ) if one.name == "web"]
    web.start()
    yield url
    web.stop()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_the_client_agrees_has_a_card_declined_once_and_then_pays_by_card(
    visit: Visit, site: Site, ada: Reviewer, javascript: bool
) -> None:
    applied = apply(site)
    ada.decide(applied.id, verdict="accept", kind="sprint")
    applied.wait_until_engagement_is("offered")
    page = visit(390, javascript=javascript, pays=True)
    page.goto(applied.page)
    amount = read_and_agree(page)

    expect(page.get_by_role("heading", level=1)).to_have_text(f"{amount}.00")
    page.get_by_role("button", name="Decline the card").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was paid")
    page.get_by_role("button", name=f"Pay {amount}").click()

    paid = page.get_by_text(f"{amount} paid by card")
    expect(page).to_have_url(re.compile(re.escape(applied.page)))
    if not javascript:
        applied.wait_until_engagement_is("active")
        page.reload()
    expect(paid).to_be_visible()
    expect(page.get_by_role("heading", name="Your engagement is confirmed.")).to_be_visible()
    both_sides_are_told(site, applied, amount, "by card")
    assert strays_at_some_width(page) == []


def test_staff_refund_a_part_at_stripe_and_the_client_reads_it_seconds_later(
    visit: Visit, site: Site, ada: Reviewer
) -> None:
    applied = apply(site)
    ada.decide(applied.id, verdict="accept", kind="sprint")
    applied.wait_until_engagement_is("offered")
    page = visit(390, pays=True)
    page.goto(applied.page)
    amount = read_and_agree(page)
    page.get_by_role("button", name=f"Pay {amount}").click()
    applied.wait_until_engagement_is("active")

    desk = visit(1440, reviewer=ada, pays=True)
    desk.goto(f"/staff/applications/{applied.id}")
    desk.get_by_role("link", name="Deposit").click()
    deposit = desk.url
    desk.get_by_role("link", name="The payment at Stripe").click()
    desk.get_by_label("Amount").fill("1200")
    desk.get_by_role("button", name="Refund", exact=True).click()
    expect(desk.get_by_text("Refund of 1,200.00: succeeded")).to_be_visible()

    own = page.get_by_role("region", name="Deposit", exact=True)
    eventually(lambda: "$1,200 of it is refunded" in fresh(page, own))
    desk.goto(deposit)
    expect(desk.get_by_text(f"Refunded $1,200 of {amount}.")).to_be_visible()


def fresh(page: Page, part: Locator) -> str:
    page.reload()
    return part.inner_text()


def test_without_stripe_the_client_pays_by_transfer_and_staff_record_it(
    visit: Visit, site: Site, bank_url: str, ada: Reviewer
) -> None:
    applied = apply(site)
    ada.decide(applied.id, verdict="accept", kind="sprint")
    applied.wait_until_engagement_is("offered")
    page = visit(390, at=bank_url)
    page.goto(applied.page)
    amount = read_and_agree(page)
    deposit = page.get_by_role("region", name="Deposit", exact=True)
    expect(deposit).to_contain_text("Routing number")
    expect(deposit).to_contain_text(applied.reference)
    assert page.get_by_role("button", name="by card").count() == 0

    record_transfer(visit(1440, at=bank_url, reviewer=ada), applied, amount)

    applied.wait_until_engagement_is("active")
    page.reload()
    expect(deposit).to_contain_text(f"{amount} received by bank transfer")
    expect(page.get_by_role("heading", name="Your engagement is confirmed.")).to_be_visible()
    both_sides_are_told(site, applied, amount, "by bank transfer")


def read_and_agree(page: Page) -> str:
    """Read the proposal and agree after one error; return the deposit as shown: "$3,000"."""
    expect(page.get_by_role("heading", name="We would like to work with you.")).to_be_visible()
    expect(page.get_by_role("heading", name="Terms")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Fixed price")).to_be_visible()
    due = page.get_by_role("row").filter(has_text=re.compile("Deposit of .* due")).inner_text()
    page.get_by_role("button", name="Agree to this engagement").click()
    expect(page.get_by_role("alert")).to_contain_text("Type your full name to agree.")
    page.get_by_label("Your full name").fill("Marguerite Okonkwo")
    page.get_by_role("button", name="Agree to this engagement").click()
    amount = re.search(r"\$[\d,]+", due)
    assert amount
    return amount[0]


def record_transfer(page: Page, applied: Applied, amount: str) -> None:
    page.goto(f"/staff/applications/{applied.id}")
    page.get_by_role("link", name="Deposit").click()
    page.get_by_label("Amount received").fill("17")
    page.get_by_label("Received on").fill(f"{datetime.now(UTC):%Y-%m-%d}")
    page.get_by_label("The bank’s reference").fill("FT 2026 11 24")
    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_role("alert")).to_contain_text(f"The deposit is {amount}.")
    page.get_by_label("Amount received").fill(amount)
    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_role("status")).to_contain_text("The payment is recorded.")


def both_sides_are_told(site: Site, applied: Applied, amount: str, how: str) -> None:
    applied.wait_until_engagement_is("active")
    _, _, *since = (str(mail["Subject"]) for mail in mails_to(site, applied.email, 4))
    assert sorted(since) == [
        f"Deposit received: {amount} ({applied.reference})",
        f"You have agreed: Sprint ({applied.reference})",
    ]
    news = f"Deposit paid: {applied.company}, {amount} ({applied.reference})"
    eventually(lambda: any(mail["Subject"] == news for mail in site.sink.to(STAFF)))
    [told] = [mail for mail in site.sink.to(STAFF) if mail["Subject"] == news]
    assert how in told.as_string()


def strays_at_some_width(page: Page) -> list[str]:
    """Paragraphs in which a line begins with a full stop or comma, on a phone of any width."""
    strays: list[str] = []
    for width in range(320, 480, 4):
        page.set_viewport_size({"width": width, "height": 844})
        strays += page.evaluate(STRAYS)
    return strays
