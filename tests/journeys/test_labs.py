"""The labs in a browser: on a phone and at a desk, with scripts and without, and two at once."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.site import eventually

EVERYWHERE = pytest.mark.parametrize(
    ("width", "javascript"), [(390, True), (390, False), (1440, True), (1440, False)]
)
HIDE = "Object.defineProperty(document, 'hidden', { get: () => true })"
NEXT_REQUEST_IS_STOPPED = """
() => new Promise((resolve) => addEventListener("htmx:beforeRequest", (event) => {
  resolve(event.defaultPrevented);
}))
"""


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button).first.click()


def choose(page: Page, value: str) -> None:
    page.locator(f'input[value="{value}"]').first.check()


def wait_for(page: Page, shown: str, count: int = 1, *, javascript: bool) -> None:
    """Until the page shows it so often: by itself, or each time that one looks again."""

    def is_shown() -> bool:
        if not javascript:
            with page.expect_navigation():
                page.get_by_role("link", name="Look again").click()
        return page.get_by_role("main").inner_text().count(shown) >= count

    eventually(is_shown)


@EVERYWHERE
def test_an_inventory_that_was_stopped_catches_up(
    visit: Visit, width: int, javascript: bool
) -> None:
    page = visit(width, javascript=javascript)
    page.goto("/labs/retail")
    choose(page, "1")
    press(page, "Place the orders")
    wait_for(page, "1 done, nothing waits", 3, javascript=javascript)
    press(page, "Stop Inventory")
    choose(page, "5")
    press(page, "Place the orders")
    wait_for(page, "6 done, nothing waits", 2, javascript=javascript)
    expect(page.get_by_text("1 done, 5 behind")).to_be_visible()
    press(page, "Start Inventory")
    wait_for(page, "6 done, nothing waits", 3, javascript=javascript)
    wait_for(page, "As it has to be", 3, javascript=javascript)


@EVERYWHERE
def test_payments_outlive_a_killed_consumer(visit: Visit, width: int, javascript: bool) -> None:
    page = visit(width, javascript=javascript)
    page.goto("/labs/payments")
    choose(page, "4")
    press(page, "Set the consumers")
    choose(page, "50")
    press(page, "Start the surge")
    press(page, "Kill one consumer of Accounts")
    wait_for(page, "50 done, nothing waits", 3, javascript=javascript)
    wait_for(page, "As it has to be", 4, javascript=javascript)
    assert "Wrong" not in page.get_by_role("main").inner_text()
    assert "Accounts: a consumer was killed" in page.get_by_role("main").inner_text()


@EVERYWHERE
def test_whatever_is_broken_ends_as_one_of_each(visit: Visit, width: int, javascript: bool) -> None:
    page = visit(width, javascript=javascript)
    page.goto("/labs/break-it")
    for fault in ("scorer_dies", "repeated", "mail_is_away", "charge_fails"):
        choose(page, fault)
    press(page, "Send the application")
    wait_for(page, "Dead letter after 4 tries", javascript=javascript)
    press(page, "Mend the charge and replay")
    wait_for(page, "As it has to be", 3, javascript=javascript)


@EVERYWHERE
def test_an_account_is_rewound(visit: Visit, width: int, javascript: bool) -> None:
    page = visit(width, javascript=javascript)
    page.goto("/labs/time-machine")
    for amount in ("20000", "5000"):
        choose(page, amount)
        press(page, "Pay in")
    expect(page.get_by_text("Balance after 3 of 3 events")).to_be_visible()
    page.get_by_role("link", name="Rewind to event 2").click()
    expect(page.get_by_text("Balance after 2 of 3 events")).to_be_visible()
    expect(page.locator("dd", has_text=re.compile(r"^\$200$")).first).to_be_visible()
    slider = page.get_by_label("Rewind to event", exact=True)
    slider.press("ArrowLeft")
    if not javascript:
        press(page, "Show the account then")
    expect(page.get_by_text("Balance after 1 of 3 events")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_two_visitors_at_once_each_have_their_own(visit: Visit, width: int) -> None:
    one, other = visit(width), visit(width)
    for page, orders in ((one, "1"), (other, "5")):
        page.goto("/labs/retail")
        choose(page, orders)
        press(page, "Place the orders")
    press(other, "Stop Inventory")
    wait_for(one, "1 done, nothing waits", 3, javascript=True)
    wait_for(other, "5 done, nothing waits", 2, javascript=True)
    expect(one.get_by_text("Stopped", exact=True)).to_have_count(0)
    expect(one.get_by_text("The log: 2 events")).to_be_visible()


def test_an_event_opens_as_json(visit: Visit) -> None:
    page = visit(390)
    page.goto("/labs/retail")
    press(page, "Place the orders")
    address = page.get_by_role("link", name="1: retail.order_placed").get_attribute("href")
    message = page.context.request.get(address or "").json()
    assert (message["specversion"], message["type"]) == ("1.0", "retail.order_placed")


def test_a_page_that_nobody_sees_does_not_ask(visit: Visit) -> None:
    page = visit(1440)
    page.goto("/labs/retail")
    press(page, "Place the orders")
    page.evaluate(HIDE)
    assert page.evaluate(NEXT_REQUEST_IS_STOPPED) is True
