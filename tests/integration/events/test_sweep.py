from collections.abc import Callable

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.delivery.sweep import take_due_deliveries
from app.events.types import RecordedEvent
from app.platform.database import db
from tests.integration.events.conftest import Flow, new_stream

Record = Callable[..., RecordedEvent]
FlowTo = Callable[..., Flow]
LOST_AFTER = 30.0


def ignore(session: Session, recorded: RecordedEvent) -> None:
    """A subscriber that has nothing to do."""


def let_time_pass(session: Session, seconds: int) -> None:
    earlier = text("UPDATE deliveries SET sent_at = sent_at - make_interval(secs => :seconds)")
    session.execute(earlier, {"seconds": seconds})
    session.commit()


def due(session: Session, resend_after: float = LOST_AFTER) -> list[int]:
    tasks = take_due_deliveries(session, resend_after=resend_after)
    return [delivery_id for task in tasks for delivery_id in task]


def test_a_task_that_is_on_its_way_is_not_sent_again(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    flow_to(ignore).relay()
    assert due(session) == []


def test_a_lost_task_is_sent_again_only_once(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    sent = flow_to(ignore).relay()
    let_time_pass(session, 31)
    assert due(session) == sent
    assert due(session) == []


def test_a_retry_is_sent_when_it_is_due_and_not_before(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    def fail(session: Session, recorded: RecordedEvent) -> None:
        raise RuntimeError

    record_event()
    flow = flow_to(fail)
    (delivery_id,) = flow.relay()
    flow.deliver(delivery_id)
    session.execute(text("UPDATE deliveries SET not_before = now() + interval '1 hour'"))
    session.commit()
    assert due(session) == []
    session.execute(text("UPDATE deliveries SET not_before = now()"))
    session.commit()
    assert due(session) == [delivery_id]


def test_only_the_first_unfinished_delivery_of_a_stream_is_sent(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    stream = new_stream()
    for _ in range(3):
        record_event(stream)
    (first,) = (flow := flow_to(ignore)).relay()
    let_time_pass(session, 31)
    assert due(session) == [first]
    flow.deliver(first)
    (_, second) = flow.sent
    let_time_pass(session, 31)
    assert due(session) == [second]


def test_a_dead_workers_delivery_is_sent_again_once_its_lease_has_run_out(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    flow = flow_to(ignore)
    (delivery_id,) = flow.relay()
    flow.claim(delivery_id)
    assert due(session) == []
    flow.let_leases_run_out()
    assert due(session) == [delivery_id]


def test_a_delivery_that_was_tried_before_gets_a_task_of_its_own(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    for _ in range(40):
        record_event()
    flow = flow_to(ignore)
    tried = flow.relay()[:2]
    for delivery_id in tried:
        flow.claim(delivery_id)
    flow.let_leases_run_out()
    let_time_pass(session, 31)
    tasks = take_due_deliveries(session, resend_after=LOST_AFTER)
    assert [list(task) for task in tasks if set(task) & set(tried)] == [[tried[0]], [tried[1]]]
    assert max(len(task) for task in tasks) > 1


def test_a_dead_letter_is_not_sent(session: Session, record_event: Record, flow_to: FlowTo) -> None:
    def fail(session: Session, recorded: RecordedEvent) -> None:
        raise RuntimeError

    record_event()
    flow = flow_to(fail, most=1)
    flow.deliver(flow.relay()[0])
    assert due(session, resend_after=0) == []


def test_concurrent_sweeps_never_take_the_same_delivery(
    app: Flask, session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    for _ in range(5):
        record_event()
    sent = flow_to(ignore).relay()
    let_time_pass(session, 31)
    with db.engine.connect() as other_sweep:
        held = other_sweep.execute(
            text("SELECT id FROM deliveries ORDER BY id LIMIT 2 FOR UPDATE")
        ).scalars()
        assert set(due(session)) == set(sent) - set(held)
