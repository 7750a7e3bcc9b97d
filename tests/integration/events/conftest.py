"""A small flow beside the site's own: events of one type, and subscribers made by the test."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.delivery.claims import Claim, claim_deliveries
from app.events.delivery.handling import Outcome, deliver
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.relay import relay_batch
from app.events.models import Delivery
from app.events.store import record
from app.events.subscription import Subscriptions
from app.events.types import RecordedEvent
from app.platform.database import autocommit, db
from app.platform.retry import RetryPolicy
from tests.settled import wait_until_settled

Record = Callable[..., RecordedEvent]
PERSON = uuid.uuid4()
LEASE = 60.0
RUN_OUT = text("UPDATE deliveries SET not_before = now() WHERE claimed_at IS NOT NULL")
LEASED_UNTIL = text("SELECT not_before FROM deliveries WHERE id = :id")
UNFINISHED = text("SELECT count(*) FROM deliveries WHERE status <> 'done'")
FROM_TOMORROW = text("""
INSERT INTO events (id, stream, version, type, schema_version, data, metadata)
SELECT :id, CAST(:stream AS text), coalesce(max(version), 0) + 1, 'thing.from_tomorrow', 1, '{}',
    '{"actor": "system:test"}'
FROM events WHERE stream = :stream
""")
Handler = Callable[[Session, RecordedEvent], None]


def new_stream() -> str:
    return f"application-{uuid.uuid4()}"


@pytest.fixture
def record_event(session: Session) -> Record:
    """Record an event, by default in a new stream, and commit."""

    def record_event(stream: str | None = None, message: str = "hello") -> RecordedEvent:
        recorded = record(
            session,
            stream or new_stream(),
            MoreProvided(message=message),
            actor="prospect",
            person=PERSON,
        )
        session.commit()
        wait_until_settled()
        return recorded

    return record_event


def record_from_tomorrow(session: Session, stream: str = "") -> None:
    """Record an event that only a newer release can read, by default in a new stream, and
    commit."""
    session.execute(FROM_TOMORROW, {"id": uuid.uuid4(), "stream": stream or new_stream()})
    session.commit()
    wait_until_settled()


def keeper_of(lease: float) -> LeaseKeeper:
    engine = db.engine  # its thread has no app of its own
    return LeaseKeeper(lambda: engine, lease)


class Flow:
    """Relays and delivers to one subscriber by hand; ``sent`` are the tasks in flight."""

    def __init__(self, session: Session, handler: Handler, most: int) -> None:
        self.session = session
        self.subscriptions = Subscriptions({MoreProvided: (handler,)})
        self.policy = RetryPolicy(base=0, cap=0, max_attempts=most)
        self.keeper = keeper_of(LEASE)
        self.sent: list[int] = []

    def relay(self) -> list[int]:
        """Relay everything, and return the deliveries that this added."""
        before = len(self.sent)
        while relay_batch(self.subscriptions, self.sent.extend):
            pass
        return self.sent[before:]

    def deliver(self, delivery_id: int) -> Outcome:
        return self.deliver_all([delivery_id])[delivery_id]

    def deliver_all(self, delivery_ids: Sequence[int]) -> dict[int, Outcome]:
        """Deliver what one task contains."""
        outcomes = deliver(
            self.session,
            delivery_ids,
            self.subscriptions,
            self.policy,
            self.keeper,
            self.sent.extend,
        )
        # The database's clock decides what is due, and stands still within a transaction.
        self.session.commit()
        return outcomes

    def claim(self, delivery_id: int) -> Claim:
        """Claim the delivery like a worker that then goes silent."""
        with autocommit() as connection:
            (claim,) = claim_deliveries(connection, [delivery_id], LEASE)
        return claim

    def let_leases_run_out(self) -> None:
        with db.engine.begin() as connection:
            connection.execute(RUN_OUT)

    def leased_until(self, delivery_id: int) -> datetime:
        """The lease's end as another process sees it, whatever transaction is open here."""
        with db.engine.connect() as connection:
            return connection.scalars(LEASED_UNTIL, {"id": delivery_id}).one()

    def unfinished(self) -> int:
        return int(self.session.scalar(UNFINISHED) or 0)

    def delivery(self, delivery_id: int) -> Delivery:
        wanted = select(Delivery).where(Delivery.id == delivery_id)
        return self.session.scalars(wanted.execution_options(populate_existing=True)).one()


@pytest.fixture
def flow_to(session: Session) -> Callable[..., Flow]:
    """Make a flow to the handler, which may fail ``most`` times."""

    def flow_to(handler: Handler, most: int = 3) -> Flow:
        handler.__module__ = "tests.made_up.subscribers"
        return Flow(session, handler, most)

    return flow_to
