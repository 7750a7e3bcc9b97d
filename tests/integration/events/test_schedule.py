"""Scheduled events are recorded once, in the order they fall due, unless they are cancelled."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events import due
from app.events.delivery.dead_letters import DeliveryReplayed
from app.events.due import CLAIM, record_due, seconds_late
from app.events.schedule import cancel, schedule
from app.events.store import read_stream, record
from app.events.tracing import current_trace, resuming
from app.events.types import RecordedEvent
from app.platform.database import db, utc_now

STREAM = "delivery-1"
HOUR = timedelta(hours=1)
UNLOCKED = text(CLAIM.text.replace("FOR UPDATE SKIP LOCKED", ""))
# A clock two hours ahead, for sessions that search this schema first.
CLOCK_AHEAD = """
CREATE SCHEMA ahead;
GRANT USAGE ON SCHEMA ahead TO PUBLIC;
CREATE FUNCTION ahead.statement_timestamp() RETURNS timestamptz LANGUAGE sql
    AS 'SELECT pg_catalog.now() + interval ''2 hours''';
"""
Plan = Callable[..., str]


@pytest.fixture
def plan(session: Session) -> Plan:
    """Schedule an event ``wait`` from now (by default an hour ago), commit, and return its key."""

    def plan(number: int = 1, *, wait: timedelta = -HOUR, stream: str = STREAM) -> str:
        key = f"{stream}:{number}:{uuid.uuid4()}"
        event = DeliveryReplayed(delivery_id=number, subscriber="scoring.score_fit")
        assert schedule(session, stream, event, at=utc_now() + wait, key=key, actor="system:test")
        session.commit()
        return key

    return plan


@pytest.fixture
def clock_ahead(app: Flask, as_owner: Callable[[str], None]) -> Iterator[Session]:
    """A session for which the database's clock is two hours ahead."""
    as_owner(CLOCK_AHEAD)
    with db.engine.connect() as connection:
        connection.execute(text("SET search_path = ahead, pg_catalog, public"))
        connection.commit()
        try:
            with Session(connection) as session:
                yield session
        finally:
            connection.invalidate()
            as_owner("DROP SCHEMA ahead CASCADE")


def numbers(session: Session, stream: str = STREAM) -> list[int]:
    """The numbers recorded in the stream, in order."""
    session.rollback()
    return [recorded.data.delivery_id for recorded in read_stream(session, stream)]


def test_due_events_are_recorded_once_in_the_order_they_fall_due(
    session: Session, plan: Plan
) -> None:
    for number, minutes in ((1, 5), (2, 15), (3, 10)):
        plan(number, wait=timedelta(minutes=-minutes))
    plan(4, wait=HOUR)
    assert record_due(session) == 3
    assert record_due(session) == 0
    assert numbers(session) == [2, 3, 1]


def test_a_due_event_keeps_the_actor_and_the_trace_it_was_scheduled_with(
    session: Session, plan: Plan
) -> None:
    with resuming("a" * 32, "the cause"):
        plan()
    outside = current_trace()
    record_due(session)
    [recorded] = read_stream(session, STREAM)
    metadata = recorded.metadata
    assert metadata.actor == "system:test"
    assert (metadata.correlation_id, metadata.causation_id) == ("a" * 32, "the cause")
    assert current_trace() == outside


def test_the_databases_clock_decides_what_is_due(
    session: Session, plan: Plan, clock_ahead: Session
) -> None:
    plan(wait=HOUR)
    assert record_due(session) == 0
    assert record_due(clock_ahead) == 1


def test_a_key_is_scheduled_once_and_its_cancellation_stands(session: Session, plan: Plan) -> None:
    key = plan(1)
    again = DeliveryReplayed(delivery_id=2, subscriber="scoring.score_fit")
    assert not schedule(session, STREAM, again, at=utc_now(), key=key, actor="system:test")
    assert cancel(session, key) and not cancel(session, key)
    assert not schedule(session, STREAM, again, at=utc_now(), key=key, actor="system:test")
    session.commit()
    assert record_due(session) == 0


def test_an_event_already_recorded_cannot_be_cancelled(session: Session, plan: Plan) -> None:
    key = plan()
    record_due(session)
    assert not cancel(session, key)
    assert not cancel(session, "never scheduled")


def test_an_event_with_personal_data_cannot_be_scheduled(session: Session) -> None:
    with pytest.raises(ValueError, match=r"application\.more_provided holds personal data"):
        schedule(
            session, STREAM, MoreProvided(message="hi"), at=utc_now(), key="1", actor="prospect"
        )


def test_concurrent_sweeps_record_each_event_once_and_each_stream_in_order(
    app: Flask, session: Session, plan: Plan
) -> None:
    streams = [f"delivery-{n}" for n in range(8)]
    for stream in streams:
        for number in range(5):
            plan(number, wait=timedelta(minutes=number - 60), stream=stream)
    together = threading.Barrier(4)

    def sweep(_: int) -> int:
        with app.app_context():
            together.wait()
            return record_due(db.session())

    with ThreadPoolExecutor(4) as threads:
        counts = list(threads.map(sweep, range(4)))
    counts.append(record_due(session))  # a sweep skips what the others have claimed
    assert sum(counts) == 40
    for stream in streams:
        assert numbers(session, stream) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(("claim", "taken"), [(CLAIM, 0), (UNLOCKED, 1)])
def test_an_event_claimed_by_one_sweep_is_taken_by_no_other(
    session: Session, plan: Plan, claim: TextClause, taken: int
) -> None:
    """The control removes the lock."""
    plan(1)
    plan(2)
    with Session(db.engine) as other:
        assert other.execute(claim, {"failed": []}).one().data["delivery_id"] == 1
        assert len(session.execute(claim, {"failed": []}).all()) == taken


def test_a_sweep_that_is_killed_halfway_leaves_the_rest_to_the_next(
    session: Session, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        plan(number, wait=timedelta(minutes=number - 60))
    recorded: list[RecordedEvent] = []

    def die_at_the_third(*args: Any, **named: Any) -> RecordedEvent:
        recorded.append(record(*args, **named))
        if len(recorded) == 3:
            raise KeyboardInterrupt
        return recorded[-1]

    with monkeypatch.context() as context:
        context.setattr(due, "record", die_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            record_due(session)
    assert numbers(session) == [0, 1]
    assert record_due(session) == 2
    assert numbers(session) == [0, 1, 2, 3]


def test_an_event_cancelled_during_a_sweep_is_either_cancelled_or_recorded(
    app: Flask, session: Session, plan: Plan
) -> None:
    def at_once(key: str) -> tuple[bool, int]:
        together = threading.Barrier(2)

        def cancel_it() -> bool:
            with app.app_context():
                together.wait()
                cancelled = cancel(db.session(), key)
                db.session.commit()
                return cancelled

        def sweep() -> int:
            with app.app_context():
                together.wait()
                return record_due(db.session())

        with ThreadPoolExecutor(2) as threads:
            cancelling, sweeping = threads.submit(cancel_it), threads.submit(sweep)
            return cancelling.result(), sweeping.result()

    for number in range(30):
        cancelled, recorded = at_once(plan(number))
        assert cancelled + recorded == 1
        assert (number in numbers(session)) is not cancelled


def test_a_sweep_passes_over_an_event_whose_cancellation_is_uncommitted(
    session: Session, plan: Plan
) -> None:
    key = plan()
    with Session(db.engine) as other:
        assert cancel(other, key)
        assert record_due(session) == 0
        other.rollback()
    assert record_due(session) == 1


def test_an_event_that_cannot_be_recorded_holds_up_only_its_stream_and_is_noticed(
    session: Session, plan: Plan
) -> None:
    broken = plan(1, wait=-2 * HOUR)
    plan(2)
    plan(3, stream="delivery-2")
    session.execute(text("UPDATE scheduled_events SET type = 'x' WHERE key = :k"), {"k": broken})
    session.commit()
    assert record_due(session) == 1
    assert numbers(session) == [] and numbers(session, "delivery-2") == [3]
    assert 7200 <= seconds_late(session) < 7300
