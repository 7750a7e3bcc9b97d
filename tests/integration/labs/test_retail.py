"""Retail: one event reaches three departments, and a department that was stopped catches up."""

from collections.abc import Callable

from app.labs.controls import start_consumers, stop_consumers
from tests.integration.labs.conftest import Until, Visitor

INVENTORY = "retail.reserve_stock"


def test_one_order_reaches_every_department_once(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    shopper = visitor("retail")
    shopper.press("place", "1")
    until(shopper.is_settled)
    state = shopper.state
    assert [station.done for station in state.stations] == [1, 1, 1]
    assert [line.type for line in state.events] == ["retail.stock_reserved", "retail.order_placed"]
    assert all(one.holds is not False for one in state.sums)


def test_orders_wait_for_a_stopped_department_without_delaying_the_others(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    shopper = visitor("retail")
    shopper.do(lambda session, sandbox: stop_consumers(session, sandbox, INVENTORY))
    shopper.press("place", "5")
    until(lambda: [one.done for one in shopper.state.stations] == [0, 5, 5])
    inventory = shopper.state.stations[0]
    assert inventory.behind == inventory.waiting == 5
    assert inventory.queue == ["waiting"] * 5
    shopper.do(lambda session, sandbox: start_consumers(session, sandbox, INVENTORY))
    until(shopper.is_settled)
    assert shopper.sums() == {
        "Orders placed": 5,
        "Times goods were set aside": 5,
        "Orders confirmed": 5,
        "Customers written to": 5,
    }


def test_visitors_do_not_see_each_others_orders(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    one, other = visitor("retail"), visitor("retail")
    one.press("place", "1")
    other.do(lambda session, sandbox: stop_consumers(session, sandbox, INVENTORY))
    other.press("place", "5")
    until(lambda: one.is_settled() and other.state.stations[2].done == 5)
    assert one.state.count == 2
    assert other.state.count == 5
