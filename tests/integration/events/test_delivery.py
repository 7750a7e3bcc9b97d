from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.applications.events import MoreRequested
from app.events.delivery.dead_letters import NotADeadLetter, replay_dead_letter
from app.events.delivery.handling import Outcome, describe_error
from app.events.models import Delivery, StoredEvent
from app.events.store import read_stream, record
from app.events.types import RecordedEvent
from app.platform.database.connection import driver_connection
from local.postgres import Postgres
from tests.integration.events.conftest import PERSON, Flow, new_stream

# It returns when the backend is gone, or after these milliseconds.
CUT_OFF = "SELECT pg_terminate_backend(%s, 5000)"
NO_INTEGER = "SELECT CAST('canary@client.example' AS integer)"

Record = Callable[..., RecordedEvent]
FlowTo = Callable[..., Flow]


class Recorder:
    """A subscriber that notes what it is given, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.given: list[str] = []
        self.failures = failures

    def note(self, session: Session, recorded: RecordedEvent) -> None:
        self.given.append(recorded.data.message)
        record(
            session,
            recorded.stream,
            MoreRequested(message="and?"),
            actor="system:test",
            person=PERSON,
        )
        if self.failures:
            self.failures -= 1
            raise RuntimeError("as it was told to")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def flow_with(flow_to: FlowTo, recorder: Recorder, most: int = 3) -> Flow:
    def note(session: Session, recorded: RecordedEvent) -> None:
        recorder.note(session, recorded)

    return flow_to(note, most)


def test_a_delivery_is_done_once_however_often_it_is_sent(
    record_event: Record, flow_to: FlowTo, recorder: Recorder, session: Session
) -> None:
    recorded = record_event(message="one")
    flow = flow_with(flow_to, recorder)
    (delivery_id,) = flow.relay()
    assert [flow.deliver(delivery_id) for _ in range(3)] == ["done", "skipped", "skipped"]
    assert recorder.given == ["one"]
    assert len(read_stream(session, recorded.stream)) == 2


def test_a_failed_handlers_writes_are_rolled_back(
    record_event: Record, flow_to: FlowTo, session: Session
) -> None:
    recorded = record_event()
    flow = flow_with(flow_to, Recorder(failures=1))
    (delivery_id,) = flow.relay()
    assert flow.deliver(delivery_id) is Outcome.FAILED
    assert read_stream(session, recorded.stream) == [recorded]
    assert "RuntimeError" in (flow.delivery(delivery_id).last_error or "")
    assert flow.deliver(delivery_id) is Outcome.DONE
    assert flow.delivery(delivery_id).attempts == 2


def test_a_connection_lost_while_recording_fails_only_that_try(
    record_event: Record, flow_to: FlowTo, session: Session, postgres: Postgres
) -> None:
    recorded, recorder = record_event(), Recorder()
    losses = [CUT_OFF]

    def lose_and_note(session: Session, recorded: RecordedEvent) -> None:
        own = session.scalar(text("SELECT pg_backend_pid()"))
        for loss in losses:
            with psycopg.connect(postgres.url, autocommit=True) as beside:
                beside.execute(loss, [own])
        losses.clear()
        recorder.note(session, recorded)

    flow = flow_to(lose_and_note)
    (delivery_id,) = flow.relay()
    assert [flow.deliver(delivery_id) for _ in range(2)] == ["failed", "done"]
    assert len(read_stream(session, recorded.stream)) == 2


def test_the_log_lines_of_a_failure_lead_back_to_the_request(
    record_event: Record, flow_to: FlowTo
) -> None:
    recorded = record_event()
    flow = flow_with(flow_to, Recorder(failures=2), most=2)
    (delivery_id,) = flow.relay()
    with capture_logs([merge_contextvars]) as said:
        assert [flow.deliver(delivery_id) for _ in range(2)] == ["failed", "dead"]
    assert [line["event"] for line in said] == ["delivery.failed"] * 2
    for line in said:
        assert line["correlation_id"] == recorded.metadata.correlation_id
        assert (line["event_id"], line["delivery"]) == (str(recorded.id), delivery_id)


def test_a_delivery_that_is_not_due_yet_is_left_alone(
    record_event: Record, flow_to: FlowTo, recorder: Recorder, session: Session
) -> None:
    record_event()
    flow = flow_with(flow_to, recorder)
    (delivery_id,) = flow.relay()
    session.execute(text("UPDATE deliveries SET not_before = now() + interval '1 hour'"))
    session.commit()
    assert flow.deliver(delivery_id) is Outcome.SKIPPED
    assert recorder.given == []


def test_a_stream_is_delivered_in_order_whatever_order_its_tasks_arrive_in(
    record_event: Record, flow_to: FlowTo, recorder: Recorder, session: Session
) -> None:
    stream = new_stream()
    for number in range(4):
        record_event(stream, message=str(number))
    flow = flow_with(flow_to, recorder)
    flow.relay()
    backwards = session.scalars(select(Delivery.id).order_by(Delivery.id.desc())).all()
    assert len(backwards) == 4
    while flow.unfinished():
        for delivery_id in backwards:
            flow.deliver(delivery_id)
    assert recorder.given == ["0", "1", "2", "3"]


def test_the_last_failure_makes_a_dead_letter_and_staff_are_told(
    record_event: Record, flow_to: FlowTo, session: Session
) -> None:
    recorded = record_event()
    flow = flow_with(flow_to, Recorder(failures=9), most=3)
    (delivery_id,) = flow.relay()
    assert [flow.deliver(delivery_id) for _ in range(4)] == ["failed", "failed", "dead", "skipped"]
    told = session.scalars(select(StoredEvent).filter_by(type="delivery.dead_lettered")).one()
    assert told.data["event_id"] == str(recorded.id)


def test_a_dead_letter_holds_up_its_own_stream_and_no_other(
    record_event: Record, flow_to: FlowTo, session: Session
) -> None:
    stream = new_stream()
    record_event(stream, message="poison")
    record_event(stream, message="behind it")
    record_event(message="elsewhere")
    recorder = Recorder(failures=1)
    flow = flow_with(flow_to, recorder, most=1)
    poison, elsewhere = flow.relay()
    behind = poison + 1
    assert flow.deliver_all([poison, behind, elsewhere]) == {
        poison: Outcome.DEAD,
        behind: Outcome.SKIPPED,
        elsewhere: Outcome.DONE,
    }

    replay_dead_letter(session, poison, actor="staff:ada")
    session.commit()
    assert [flow.deliver(poison), flow.deliver(behind)] == ["done", "done"]
    assert recorder.given == ["poison", "elsewhere", "poison", "behind it"]


def test_a_dead_letter_can_be_replayed_only_once(
    record_event: Record, flow_to: FlowTo, session: Session
) -> None:
    record_event()
    flow = flow_with(flow_to, Recorder(failures=1), most=1)
    (delivery_id,) = flow.relay()
    flow.deliver(delivery_id)
    replay_dead_letter(session, delivery_id, actor="staff:ada")
    with pytest.raises(NotADeadLetter):
        replay_dead_letter(session, delivery_id, actor="staff:grace")


@pytest.mark.parametrize(
    "execute",
    [
        lambda session: session.execute(text(NO_INTEGER)),
        lambda session: driver_connection(session).execute(NO_INTEGER),
    ],
    ids=["by the session", "by the driver"],
)
def test_a_database_error_is_described_without_the_values_in_it(
    session: Session, execute: Callable[[Session], object]
) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the driver's business
        execute(session)
    session.rollback()
    assert "canary" not in describe_error(caught.value)
    assert "InvalidTextRepresentation" in describe_error(caught.value)
