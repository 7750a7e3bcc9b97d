"""Each failed try is kept for a while; totals and lag are exact without counting everything."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.events.delivery.figures import SubscriberFigures, flow_figures
from app.events.delivery.handling import Outcome
from app.events.delivery.pausing import pause_subscriber, pauses
from app.events.delivery.totals import (
    TRIES_KEPT_DAYS,
    Totals,
    add_to_totals,
    delivery_totals,
    prune_tries,
)
from app.events.models import DeliveryTry
from app.events.types import RecordedEvent
from app.platform.database import db
from tests.integration.events.conftest import Flow, Record

FlowTo = Callable[..., Flow]
NAME = "made_up.note"
AGE = text("""
UPDATE deliveries SET done_at = done_at - make_interval(days => :days) WHERE done_at IS NOT NULL
""")
AGE_TOTALS = text("""
UPDATE delivery_totals SET counted_until = counted_until - make_interval(days => :days)
""")
AGE_TRIES = text("""
UPDATE delivery_tries SET claimed_at = claimed_at - make_interval(days => :days),
    ended_at = ended_at - make_interval(days => :days)
""")


@pytest.fixture
def failing(flow_to: FlowTo) -> Callable[[int], Flow]:
    """A flow to a subscriber that fails the given number of times, of three allowed, then works."""

    def failing(failures: int) -> Flow:
        left = [failures]

        def note(session: Session, recorded: RecordedEvent) -> None:
            if left[0]:
                left[0] -= 1
                raise RuntimeError(f"{left[0]} to go")

        return flow_to(note)

    return failing


def tries(session: Session) -> list[DeliveryTry]:
    session.commit()
    return list(session.scalars(select(DeliveryTry).order_by(DeliveryTry.id)).all())


def grow_older(session: Session, days: int) -> None:
    session.execute(AGE, {"days": days})
    session.execute(AGE_TRIES, {"days": days})
    session.execute(AGE_TOTALS, {"days": days})
    session.commit()


def test_every_failed_try_is_kept_with_its_error_and_times(
    record_event: Record, failing: Callable[[int], Flow], session: Session
) -> None:
    record_event()
    flow = failing(2)
    [delivery_id] = flow.relay()
    for _ in range(3):
        flow.deliver(delivery_id)
    assert [(one.number, one.error.split(" (")[0]) for one in tries(session)] == [
        (1, "RuntimeError"),
        (2, "RuntimeError"),
    ]
    assert all(timedelta(0) < one.ended_at - one.claimed_at for one in tries(session))


def test_a_first_try_that_succeeds_writes_no_row_and_needs_no_extra_query(
    record_event: Record, failing: Callable[[int], Flow], session: Session
) -> None:
    record_event()
    flow = failing(0)
    [delivery_id] = flow.relay()
    statements: list[str] = []

    def note(*details: object) -> None:
        statements.append(str(details[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert flow.deliver(delivery_id) is Outcome.DONE
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 3, statements  # claim, mark as done, find the next
    assert tries(session) == []


def test_a_stale_try_is_not_kept(
    record_event: Record, failing: Callable[[int], Flow], session: Session, flow_to: FlowTo
) -> None:
    record_event()

    def lose(session: Session, recorded: RecordedEvent) -> None:
        flow.let_leases_run_out()
        flow.claim(delivery_id)
        raise RuntimeError("too late")

    flow = flow_to(lose)
    [delivery_id] = flow.relay()
    assert flow.deliver(delivery_id) is Outcome.STALE
    assert tries(session) == []


def test_the_totals_are_exact_however_much_was_counted_up_in_advance(
    record_event: Record, failing: Callable[[int], Flow], session: Session
) -> None:
    flow = failing(2)
    done = failed = 0
    for is_last in (False, False, True):
        for _ in range(2):
            record_event()
        for delivery_id in flow.relay():
            while (outcome := flow.deliver(delivery_id)) is Outcome.FAILED:
                failed += 1
            done += outcome is Outcome.DONE
        if not is_last:
            grow_older(session, 1)
        assert delivery_totals(session) == {NAME: Totals(done, failed)}
        for _ in range(2):
            add_to_totals(session)
            session.commit()
        assert delivery_totals(session) == {NAME: Totals(done, failed)}
    assert (done, failed) == (6, 2)


def test_old_tries_are_pruned_but_stay_in_the_totals(
    record_event: Record, failing: Callable[[int], Flow], session: Session
) -> None:
    record_event()
    flow = failing(1)
    [delivery_id] = flow.relay()
    flow.deliver(delivery_id)
    flow.deliver(delivery_id)
    grow_older(session, TRIES_KEPT_DAYS + 1)
    prune_tries(session)
    assert len(tries(session)) == 1  # not counted yet
    add_to_totals(session)
    prune_tries(session)
    assert tries(session) == []
    assert delivery_totals(session) == {NAME: Totals(1, 1)}


def figures_of(app: Flask, session: Session, flow: Flow) -> SubscriberFigures:
    session.commit()
    app.extensions["subscriptions"], kept = flow.subscriptions, app.extensions["subscriptions"]
    try:
        return next(row for row in flow_figures(session).subscribers if row.name == NAME)
    finally:
        app.extensions["subscriptions"] = kept


def test_events_not_yet_relayed_count_towards_a_subscribers_backlog(
    app: Flask, record_event: Record, failing: Callable[[int], Flow], session: Session
) -> None:
    record_event()
    flow = failing(1)
    [delivery_id] = flow.relay()
    record_event()
    figures = figures_of(app, session, flow)
    assert (figures.waiting, figures.behind, figures.retrying) == (1, 2, 0)
    assert figures.oldest_seconds > 0 and figures.state == "well"
    flow.deliver(delivery_id)
    assert figures_of(app, session, flow).retrying == 1
    assert figures_of(app, session, flow).state == "retrying"
    flow.deliver(delivery_id)
    figures = figures_of(app, session, flow)
    assert (figures.done_minute, figures.done_hour, figures.behind) == (1, 1, 1)


def test_a_first_try_in_progress_does_not_count_as_a_retry(
    app: Flask, record_event: Record, failing: Callable[[int], Flow], session: Session
) -> None:
    record_event()
    flow = failing(0)
    [delivery_id] = flow.relay()
    flow.claim(delivery_id)
    assert figures_of(app, session, flow).retrying == 0


def test_a_pause_says_who_paused_the_subscriber_and_since_when(session: Session) -> None:
    assert pauses(session) == {}
    pause_subscriber(session, NAME, actor="staff:ada")
    session.commit()
    assert pauses(session)[NAME].actor == "staff:ada"
