"""The labs in a browser: on a phone without scripts and at a desk with them, both at once."""

import re
from functools import partial
from itertools import combinations
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.journeys.heard import announces_changes_of
from tests.prospects import make_prospects, send
from tests.site import Site, eventually

LOOK, LOOK_CALMLY = 0.5, 2.0
ALL_DONE = "All work is done, and no figure is wrong."
CHARGE_FAILS = "charge_fails"
FAULTS = ("scorer_dies", "repeated", "mail_is_away", CHARGE_FAILS)
# The tour looks at each lab at both widths.
DEVICES = ((390, False), (1440, True))
# Any three of the faults occur here in every combination; tests/integration/labs has every
# combination of all four.
EVERY_THREE = [faults for count in (0, 2, 4) for faults in combinations(FAULTS, count)]
# Notes what a screen reader would say of the line.
LISTEN = """
() => {
  const line = document.querySelector("#standing");
  window.readOut = [];
  new MutationObserver(() => readOut.push(line.textContent)).observe(line, { childList: true });
}
"""
HIDE = "Object.defineProperty(document, 'hidden', { get: () => true })"
NEXT_REQUEST_IS_STOPPED = """
() => new Promise((resolve) => addEventListener("htmx:beforeRequest", (event) => {
  resolve(event.defaultPrevented);
}))
"""
# Whether that part of the page could ask for itself now.
MAY_ASK = """
(part) => part.dispatchEvent(new Event("htmx:beforeRequest", { bubbles: true, cancelable: true }))
"""


class Visitor(NamedTuple):
    """Somebody with a sandbox of their own."""

    page: Page
    javascript: bool

    def choose(self, value: str) -> None:
        self.page.locator(f'input[value="{value}"]').first.check()

    def press(self, button: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).first.click()

    def sees(self, text: str, count: int) -> bool:
        """Whether the page shows the text at least ``count`` times by now."""
        self.look_again()
        return self.text().count(text) >= count

    def sees_something_under_way(self) -> bool:
        """Whether the public exhibit shows a delivery under way."""
        self.look_again()
        return self.page.locator("td").get_by_text("Under way", exact=True).count() > 0

    def look_again(self) -> None:
        """Update a page without scripts; one with scripts updates itself."""
        if not self.javascript:
            with self.page.expect_navigation():
                self.page.get_by_role("link", name="Look again").click()

    def text(self) -> str:
        return self.page.get_by_role("main").inner_text()


class Visitors(tuple[Visitor, ...]):
    """They do the same, one after the other, and wait together."""

    __slots__ = ()

    def go_to(self, path: str) -> None:
        for visitor in self:
            visitor.page.goto(path)

    def choose_and_press(self, value: str, button: str) -> None:
        for visitor in self:
            visitor.choose(value)
            visitor.press(button)

    def press(self, *buttons: str) -> None:
        for visitor in self:
            for button in buttons:
                visitor.press(button)

    def wait_for(self, text: str, count: int) -> None:
        for visitor in self:
            eventually(partial(visitor.sees, text, count), every=LOOK)


@pytest.fixture
def visitors(visit: Visit) -> Visitors:
    """On a phone without scripts, and at a desk with them."""
    return Visitors(
        Visitor(visit(width, javascript=javascript), javascript) for width, javascript in DEVICES
    )


def test_a_stopped_inventory_catches_up_once_it_is_started(visitors: Visitors) -> None:
    visitors.go_to("/labs/retail")
    visitors.choose_and_press("1", "Order now")
    visitors.wait_for("1 done, nothing waits", 3)
    visitors.press("Stop Inventory")
    visitors.choose_and_press("5", "Order now")
    visitors.wait_for("6 done, nothing waits", 2)
    for visitor in visitors:
        expect(visitor.page.get_by_text("1 done, 5 behind")).to_be_visible()
    visitors.press("Start Inventory")
    visitors.wait_for("6 done, nothing waits", 3)
    visitors.wait_for("As it should be", 3)


def test_payments_survive_a_killed_consumer(visitors: Visitors) -> None:
    visitors.go_to("/labs/payments")
    visitors.choose_and_press("4", "Set the consumers")
    for visitor in visitors:
        visitor.choose("50")
        visitor.press("Start the surge")
        visitor.press("Kill one consumer of Accounts")
    visitors.wait_for("50 done, nothing waits", 3)
    visitors.wait_for("As it should be", 4)
    for visitor in visitors:
        assert "Wrong" not in visitor.text()
        assert "Accounts: a consumer was killed" in visitor.text()


def test_whichever_faults_are_combined_each_result_is_there_exactly_once_in_the_end(
    visit: Visit,
) -> None:
    breakers: dict[tuple[str, ...], Visitor] = {}
    for number, faults in enumerate(EVERY_THREE):
        # A page without scripts takes no time until it is looked at.
        javascript = number % 4 == 0
        page = visit((390, 1440)[number // 4 % 2], javascript=javascript)
        breakers[faults] = Visitor(page, javascript)
        page.goto("/labs/break-it")
        for fault in faults:
            breakers[faults].choose(fault)
        breakers[faults].press("Send the application")
    for faults, breaker in breakers.items():
        if CHARGE_FAILS in faults:
            eventually(partial(breaker.sees, "Dead letter after 4 tries", 1), every=LOOK_CALMLY)
            breaker.press("Mend the charge and replay")
    for breaker in breakers.values():
        eventually(partial(breaker.sees, "As it should be", 3), every=LOOK_CALMLY)


def test_an_account_is_rewound(visitors: Visitors) -> None:
    visitors.go_to("/labs/time-machine")
    for amount in ("20000", "5000"):
        visitors.choose_and_press(amount, "Pay in")
    for visitor in visitors:
        rewind(visitor)


def rewind(visitor: Visitor) -> None:
    page = visitor.page
    expect(page.get_by_text("Balance after 3 of 3 events")).to_be_visible()
    page.get_by_role("link", name="Back to here (2)").click()
    expect(page.get_by_text("Balance after 2 of 3 events")).to_be_visible()
    expect(page.locator("dd", has_text=re.compile(r"^\$200$")).first).to_be_visible()
    page.get_by_label("Rewind to event", exact=True).press("ArrowLeft")
    if not visitor.javascript:
        visitor.press("Show the account then")
    expect(page.get_by_text("Balance after 1 of 3 events", exact=True)).to_be_visible()
    if visitor.javascript:
        assert announces_changes_of(page, "#standing")
        expect(page.locator("#standing")).to_have_text("Balance after 1 of 3 events: $0")


def test_the_lab_about_this_site_shows_an_application_being_handled(
    visitors: Visitors, site: Site
) -> None:
    visitors.go_to("/labs/this-site")
    site.kill("worker")
    send(site, make_prospects(site, 1)[0])
    for visitor in visitors:
        eventually(visitor.sees_something_under_way, every=LOOK)
    site.start("worker")
    for visitor in visitors:
        eventually(lambda visitor=visitor: not visitor.sees_something_under_way(), every=LOOK)  # type: ignore[misc]


def test_two_simultaneous_visitors_each_have_a_sandbox_of_their_own(visit: Visit) -> None:
    one, other = (Visitor(visit(width), javascript=True) for width in (390, 1440))
    for visitor, orders in ((one, "1"), (other, "5")):
        visitor.page.goto("/labs/retail")
        visitor.choose(orders)
        visitor.press("Order now")
    other.press("Stop Inventory")
    eventually(partial(one.sees, "1 done, nothing waits", 3), every=LOOK)
    eventually(partial(other.sees, "5 done, nothing waits", 2), every=LOOK)
    expect(one.page.get_by_text("Stopped", exact=True)).to_have_count(0)
    expect(one.page.get_by_text("The log: 2 events")).to_be_visible()


def test_on_a_wide_screen_each_event_takes_one_line(visit: Visit) -> None:
    visitor = Visitor(visit(1440), javascript=False)
    visitor.page.goto("/labs/payments")
    visitor.press("Start the surge")
    row = visitor.page.locator(".lab-events tbody tr").first
    expect(row.locator("th")).to_contain_text("payments.payment_requested")
    box = row.bounding_box()
    assert box and box["height"] < 50
    expect(visitor.page.get_by_role("columnheader", name="Time (UTC)")).to_be_visible()


@pytest.mark.parametrize("lab", ["payments", "break-it"])
def test_on_a_small_desktop_screen_each_stations_name_fits_on_one_line(
    visit: Visit, lab: str
) -> None:
    page = visit(1440)
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(f"/labs/{lab}")
    names = page.locator(".station__note code")
    lines = names.evaluate_all("names => names.map(name => name.getClientRects().length)")
    assert len(lines) > 2 and set(lines) == {1}


def test_on_a_phone_the_killed_consumer_is_in_view(visit: Visit) -> None:
    visitor = Visitor(visit(390), javascript=False)
    visitor.page.goto("/labs/payments")
    visitor.press("Start the surge")
    visitor.press("Kill one consumer of Notifications")
    killed = visitor.page.locator("[id='station-payments.notify_holder']")
    expect(killed.get_by_text("Killed", exact=True)).to_be_in_viewport()


def test_an_event_opens_as_json(visit: Visit) -> None:
    visitor = Visitor(visit(390), javascript=True)
    visitor.page.goto("/labs/retail")
    visitor.press("Order now")
    link = visitor.page.get_by_role("link", name="1: retail.order_placed")
    address = link.get_attribute("href")
    message = visitor.page.context.request.get(address or "").json()
    assert (message["specversion"], message["type"]) == ("1.0", "retail.order_placed")


def test_a_change_is_read_out_once_and_the_focus_stays_where_it_was(visit: Visit) -> None:
    visitor = Visitor(visit(390), javascript=True)
    page = visitor.page
    page.goto("/labs/retail")
    visitor.choose("5")
    visitor.press("Order now")
    page.evaluate(LISTEN)
    link = page.get_by_role("link", name="5: retail.order_placed")
    link.focus()
    expect(page.locator("#standing")).to_have_text(ALL_DONE)
    expect(page.get_by_text("5 done, nothing waits")).to_have_count(3)
    expect(link).to_be_focused()
    assert page.evaluate("readOut") == [ALL_DONE]


def test_a_labs_automatic_updates_can_be_paused(visit: Visit) -> None:
    visitor = Visitor(visit(1440), javascript=True)
    page = visitor.page
    page.goto("/labs/retail")
    visitor.press("Order now")
    page.get_by_role("button", name="Pause this page’s updates").press("Enter")
    assert page.evaluate(NEXT_REQUEST_IS_STOPPED) is True
    assert page.locator("[hx-get$='/turn']").evaluate(MAY_ASK) is True
    page.get_by_role("button", name="Resume this page’s updates").press("Enter")
    assert page.evaluate(NEXT_REQUEST_IS_STOPPED) is False


def test_a_hidden_page_does_not_ask_for_updates(visit: Visit) -> None:
    visitor = Visitor(visit(1440), javascript=True)
    visitor.page.goto("/labs/retail")
    visitor.press("Order now")
    visitor.page.evaluate(HIDE)
    assert visitor.page.evaluate(NEXT_REQUEST_IS_STOPPED) is True
