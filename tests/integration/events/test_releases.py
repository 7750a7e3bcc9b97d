"""Two releases side by side: workers of the old one meet what only the new one knows."""

import uuid
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy.orm import Session

from app.events import types
from app.events.delivery.handling import Outcome
from app.events.store import record
from app.events.subscription import Subscriptions
from app.events.types import Event, RecordedEvent, event, stream_of
from local.postgres import Postgres
from tests.integration.events.conftest import Flow, Record

FlowTo = Callable[..., Flow]
# Triggers off: the log rightly refuses to be changed.
RECORDED_LONG_AGO = """
SET session_replication_role = replica;
UPDATE events SET recorded_at = recorded_at - interval '11 minutes'
"""


def handled(session: Session, recorded: RecordedEvent) -> None:
    pass


@pytest.fixture
def flow(flow_to: FlowTo) -> Flow:
    return flow_to(handled, most=2)


def without_subscriber(flow: Flow) -> Subscriptions:
    """Make the flow an old release's worker; return the new release's subscriptions."""
    new, flow.subscriptions = flow.subscriptions, Subscriptions({})
    return new


def test_a_delivery_to_a_subscriber_of_the_next_release_is_left_to_that_release(
    record_event: Record, flow: Flow
) -> None:
    record_event()
    (delivery_id,) = flow.relay()
    new = without_subscriber(flow)
    for _ in range(3):
        assert flow.deliver(delivery_id) is Outcome.SKIPPED
        flow.let_leases_run_out()
    delivery = flow.delivery(delivery_id)
    assert (delivery.status, delivery.attempts, delivery.last_error) == ("waiting", 0, None)
    flow.subscriptions = new
    assert flow.deliver(delivery_id) is Outcome.DONE
    assert flow.delivery(delivery_id).attempts == 1


def test_an_event_version_known_only_to_the_next_release_is_left_to_that_release(
    session: Session, flow: Flow, own_declarations: None
) -> None:
    class Hired(Event, frozen=True):
        name: str

    event("person.hired", version=2)(Hired)
    flow.subscriptions = Subscriptions({Hired: (handled,)})
    record(session, stream_of("person", uuid.uuid4()), Hired(name="Ada"), actor="staff:1")
    session.commit()
    (delivery_id,) = flow.relay()
    types._declared.pop("person.hired")
    event("person.hired", version=1)(Hired)
    assert flow.deliver(delivery_id) is Outcome.SKIPPED
    assert flow.delivery(delivery_id).attempts == 0


def test_a_delivery_left_to_the_next_release_is_not_retried_immediately(
    record_event: Record, flow: Flow
) -> None:
    record_event()
    (delivery_id,) = flow.relay()
    new = without_subscriber(flow)
    flow.deliver(delivery_id)
    flow.subscriptions = new
    assert flow.deliver(delivery_id) is Outcome.SKIPPED


def test_a_delivery_that_stays_unknown_to_every_release_ends_as_a_dead_letter(
    record_event: Record, flow: Flow, postgres: Postgres
) -> None:
    record_event()
    (delivery_id,) = flow.relay()
    without_subscriber(flow)
    with psycopg.connect(postgres.url_of("site"), autocommit=True) as all_powerful:
        all_powerful.execute(RECORDED_LONG_AGO.encode())
    assert [flow.deliver(delivery_id) for _ in range(2)] == [Outcome.FAILED, Outcome.DEAD]
    assert str(flow.delivery(delivery_id).last_error).startswith("UnknownSubscriber")
