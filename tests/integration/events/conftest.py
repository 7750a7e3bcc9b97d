"""A small flow beside the site's own: events of one type, and subscribers that a test makes up."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.database import db
from app.events.delivery import Outcome, RetryPolicy, deliver
from app.events.models import Delivery
from app.events.relay import relay_batch
from app.events.store import record
from app.events.subscription import Subscriptions
from app.events.types import RecordedEvent

Record = Callable[..., RecordedEvent]
Handler = Callable[[Session, RecordedEvent], None]


def new_stream() -> str:
    return f"application-{uuid.uuid4()}"


@pytest.fixture
def record_event(session: Session) -> Record:
    """Record an event in a stream, a new one unless named, and commit."""

    def record_event(stream: str | None = None, message: str = "hello") -> RecordedEvent:
        recorded = record(
            session, stream or new_stream(), MoreProvided(message=message), actor="prospect"
        )
        session.commit()
        return recorded

    return record_event


class Flow:
    """Relays to one subscriber and delivers to it by hand; ``sent`` are the tasks on their way."""

    def __init__(self, session: Session, handler: Handler, most: int) -> None:
        self.session = session
        self.subscriptions = Subscriptions({MoreProvided: (handler,)})
        self.policy = RetryPolicy(first=0, cap=0, most=most)
        self.sent: list[int] = []

    def relay(self) -> list[int]:
        """Relay all there is and return the deliveries that this added."""
        before = len(self.sent)
        while relay_batch(db.engine, self.subscriptions, self.sent.append):
            pass
        return self.sent[before:]

    def deliver(self, delivery_id: int) -> Outcome:
        outcome = deliver(
            self.session, delivery_id, self.subscriptions, self.policy, self.sent.append
        )
        # The clock of the database decides what is due; a later transaction sees a later one.
        self.session.commit()
        return outcome

    def delivery(self, delivery_id: int) -> Delivery:
        wanted = select(Delivery).where(Delivery.id == delivery_id)
        return self.session.scalars(wanted.execution_options(populate_existing=True)).one()


@pytest.fixture
def flow_to(session: Session) -> Callable[..., Flow]:
    """A flow to that handler, which may fail ``most`` times."""

    def flow_to(handler: Handler, most: int = 3) -> Flow:
        handler.__module__ = "tests.made_up.subscribers"
        return Flow(session, handler, most)

    return flow_to
