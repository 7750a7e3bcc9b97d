"""Leases, fencing, and handlers that take their process down."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from app.applications.events import MoreRequested
from app.events.delivery import handling
from app.events.delivery.handling import Outcome
from app.events.delivery.leases import LeaseKeeper
from app.events.models import Delivery, StoredEvent
from app.events.store import record
from app.events.types import RecordedEvent
from app.platform.database import db
from tests.integration.events.conftest import PERSON, Flow, Record, keeper_of, new_stream
from tests.site import eventually

FlowTo = Callable[..., Flow]


def answer(session: Session, recorded: RecordedEvent) -> None:
    """A subscriber whose effect is one more event in the stream."""
    record(
        session, recorded.stream, MoreRequested(message="and?"), actor="system:test", person=PERSON
    )


def types_of(session: Session) -> list[str]:
    return list(session.scalars(select(StoredEvent.type).order_by(StoredEvent.position)))


def test_a_claimed_delivery_is_left_alone_until_its_lease_runs_out(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    flow = flow_to(answer)
    (delivery_id,) = flow.relay()
    flow.claim(delivery_id)
    assert flow.deliver(delivery_id) is Outcome.SKIPPED
    flow.let_leases_run_out()
    assert flow.deliver(delivery_id) is Outcome.DONE
    assert flow.delivery(delivery_id).attempts == 2
    assert types_of(session) == ["application.more_provided", "application.more_requested"]


def test_a_delivery_that_another_worker_claims_first_is_not_marked_as_sent(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    """Otherwise its next try would wait until the sweep takes the task for lost."""
    stream, other = new_stream(), new_stream()
    for one in (stream, stream, other):
        record_event(one)

    def take_meanwhile(session: Session, recorded: RecordedEvent) -> None:
        if recorded.stream == other:
            flow.claim(second)

    flow = flow_to(take_meanwhile)
    both = flow.relay()
    behind = select(Delivery.id).where(Delivery.stream == stream, Delivery.stream_version == 2)
    second = session.scalars(behind).one()
    session.commit()
    assert set(flow.deliver_all(both).values()) == {Outcome.DONE}
    assert second not in flow.sent and flow.delivery(second).sent_at is None


def test_a_worker_that_slept_through_its_lease_changes_nothing(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    def sleep_through(session: Session, recorded: RecordedEvent) -> None:
        answer(session, recorded)
        flow.let_leases_run_out()
        flow.claim(delivery_id)  # as another worker would

    record_event()
    flow = flow_to(sleep_through)
    (delivery_id,) = flow.relay()
    assert flow.deliver(delivery_id) is Outcome.STALE
    assert types_of(session) == ["application.more_provided"]
    assert flow.delivery(delivery_id).last_error is None


def test_without_the_fencing_token_the_effect_would_happen_twice(
    session: Session, record_event: Record, flow_to: FlowTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""

    def sleep_through(session: Session, recorded: RecordedEvent) -> None:
        answer(session, recorded)
        flow.let_leases_run_out()
        flow.claim(delivery_id)

    monkeypatch.setattr(handling, "mark_done", lambda *_: True)
    record_event()
    flow = flow_to(sleep_through)
    (delivery_id,) = flow.relay()
    flow.deliver(delivery_id)
    flow.let_leases_run_out()
    flow.deliver(delivery_id)
    assert types_of(session).count("application.more_requested") == 2


def test_a_handler_at_work_keeps_its_lease(record_event: Record, flow_to: FlowTo) -> None:
    def take_long(session: Session, recorded: RecordedEvent) -> None:
        at_first = flow.leased_until(delivery_id)
        eventually(lambda: flow.leased_until(delivery_id) > at_first)

    record_event()
    flow = flow_to(take_long)
    flow.keeper = keeper_of(0.3)
    (delivery_id,) = flow.relay()
    assert flow.deliver(delivery_id) is Outcome.DONE


def test_a_lease_keeper_without_a_free_connection_tries_again(
    record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    flow = flow_to(answer)
    (delivery_id,) = flow.relay()
    claim = flow.claim(delivery_id)
    at_first = flow.leased_until(delivery_id)
    engine = create_engine(db.engine.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    tries: list[int] = []

    def engine_tried() -> Engine:
        tries.append(1)
        return engine

    with LeaseKeeper(engine_tried, 0.15).extending([claim]):
        with engine.connect() as connection:
            only = connection.connection.dbapi_connection
            eventually(lambda: len(tries) > 2, within=5)
        eventually(lambda: flow.leased_until(delivery_id) != at_first)
    assert only
    only.close()  # not the engine, which leaves it open if the keeper has it in hand


def test_a_delivery_that_kills_its_worker_is_a_dead_letter_after_its_last_try(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    stream = new_stream()
    record_event(stream)
    record_event(stream)
    flow = flow_to(answer, most=3)
    (poison,) = flow.relay()
    for _ in range(3):
        flow.claim(poison)  # and the process ends
        flow.let_leases_run_out()
    assert flow.deliver(poison) is Outcome.DEAD
    dead = flow.delivery(poison)
    assert (dead.attempts, dead.last_error) == (3, handling.WORKER_ENDED)
    assert types_of(session)[2:] == ["delivery.dead_lettered"]


def test_a_long_task_gives_back_the_deliveries_it_has_not_begun(
    record_event: Record, flow_to: FlowTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_event()
    record_event()
    flow = flow_to(answer)
    both = flow.relay()
    with monkeypatch.context() as patch:
        patch.setattr(handling, "LONGEST_TASK_SECONDS", -1.0)
        assert set(flow.deliver_all(both).values()) == {Outcome.SKIPPED}
    assert flow.sent[2:] == both
    assert [flow.delivery(one).attempts for one in both] == [0, 0]
    assert set(flow.deliver_all(both).values()) == {Outcome.DONE}
