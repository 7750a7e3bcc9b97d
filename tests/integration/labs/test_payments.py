"""Payments: each is handled once, however many consumers there are and whichever of them die."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.events.store import read_stream
from app.labs.backbone import on_backbone
from app.labs.controls import kill_consumer
from app.labs.payments.subscribers import post_payment
from app.labs.runner import Runner
from app.labs.scenario import NotNow
from tests.integration.labs.conftest import Until, Visitor

ACCOUNTS = "payments.post_payment"
IN_ORDER = text("""
SELECT bool_and(is_in_order) FROM (
    SELECT d.done_at >= lag(d.done_at) OVER (PARTITION BY d.subscriber, d.stream
        ORDER BY d.stream_version) IS NOT false AS is_in_order
    FROM deliveries d
) AS each
""")
STREAM = text("SELECT min(stream) FROM events")
SECONDS_OF_BOTH = text("""
SELECT extract(epoch FROM max(done_at) - min(recorded_at))::float8
FROM events JOIN deliveries ON event_position = position
""")
FIFTY = "50 payments, started with"


@pytest.mark.parametrize("consumers", ["1", "4"])
def test_every_payment_is_posted_once_and_in_order_within_its_account(
    visitor: Callable[[str], Visitor], until: Until, consumers: str
) -> None:
    teller = visitor("payments")
    teller.press("consumers", consumers)
    teller.press("surge", "50")
    until(teller.is_settled)
    assert [one.done for one in teller.state.stations] == [50, 50, 50]
    assert all(one.holds is not False for one in teller.state.sums)
    with on_backbone() as session:
        assert session.scalar(IN_ORDER)


def test_killing_consumers_neither_loses_nor_duplicates_a_payment(
    runner: Runner, visitor: Callable[[str], Visitor], until: Until
) -> None:
    teller = visitor("payments")
    teller.press("consumers", "2")
    teller.press("surge", "50")
    killed = 0

    def has_killed() -> bool:
        if not teller.state.stations[1].in_hand:
            return False
        try:
            teller.do(lambda session, sandbox: kill_consumer(session, sandbox.id, ACCOUNTS))
        except NotNow:  # both are dead for the moment
            return False
        return True

    while not teller.is_settled() and killed < 4:
        until(lambda: has_killed() or teller.is_settled())
        killed += 1
    until(teller.is_settled)
    assert all(one.holds is not False for one in teller.state.sums)
    assert {line.kind for line in teller.state.incidents} >= {"killed"}


def test_each_surge_is_timed_separately_with_the_consumers_it_began_with(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    teller = visitor("payments")
    teller.press("surge", "50")
    until(teller.is_settled)
    [first] = surges_of(teller).items()
    teller.press("consumers", "4")
    teller.press("surge", "50")
    until(teller.is_settled)
    again, second = surges_of(teller).items()
    assert again == first and first[0] == f"1: {FIFTY} one consumer for each step"
    assert second[0] == f"2: {FIFTY} 4 consumers for each step"
    with on_backbone() as session:
        assert 0 < second[1] < (session.scalar(SECONDS_OF_BOTH) or 0) - first[1]


def surges_of(teller: Visitor) -> dict[str, float]:
    """The seconds that each surge took."""
    surge = "Seconds of surge "
    return {
        label.removeprefix(surge): seconds
        for label, seconds in teller.sums().items()
        if label.startswith(surge)
    }


def test_the_ledger_reveals_a_payment_posted_without_a_claim(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    teller = visitor("payments")
    teller.press("surge", "50")
    until(teller.is_settled)
    with on_backbone() as session:
        recorded = read_stream(session, session.scalar(STREAM) or "")[0]
        post_payment(session, recorded)
        session.commit()
    wrong = [one.label for one in teller.state.sums if one.holds is False]
    assert wrong == ["Checks, entries and mails made twice"]
