"""A consumer at work: a thread that delivers as a Celery worker does, but slowly, and that can die
halfway."""

import threading
import uuid
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy.orm import Session

from app.events.delivery.handling import Outcome, deliver
from app.events.delivery.leases import LeaseKeeper
from app.events.subscription import Handlers, Subscriber, current_subscriptions
from app.events.types import RecordedEvent
from app.labs.controls import kill_consumer, note_incident
from app.labs.faults import Killed
from app.labs.queues import Queues
from app.labs.scenario import NotNow
from app.platform.database import db
from app.platform.retry import RetryPolicy

# After this many tasks a consumer gives its thread to another that waits for one.
MOST_IN_A_ROW = 10


class ConsumerKey(msgspec.Struct, frozen=True):
    sandbox_id: uuid.UUID
    subscriber: str
    number: int


class ConsumerHandlers:
    """The subscriptions as one consumer serves them: it first waits, without a connection; if it is
    killed before that ends, it dies after the handler's writes and before the commit."""

    def __init__(self, wrapped: Handlers, seconds: float, death: threading.Event) -> None:
        self._wrapped = wrapped
        self._seconds = seconds
        self._death = death

    def subscriber(self, name: str) -> Subscriber:
        handle = self._wrapped.subscriber(name)

        def work(session: Session, recorded: RecordedEvent) -> None:
            self._death.wait(self._seconds)
            handle(session, recorded)
            if self._death.is_set():
                raise Killed

        return work


class Consumer:
    """One consumer of a sandbox while it has work. ``stop`` makes it take no more tasks, ``death``
    makes it die halfway. ``hands_over_twice`` means that the broker repeats each of its tasks."""

    def __init__(
        self, key: ConsumerKey, *, seconds: float, policy: RetryPolicy, hands_over_twice: bool
    ) -> None:
        self.key = key
        self.stop = threading.Event()
        self.death = threading.Event()
        self._seconds = seconds
        self._policy = policy
        self._hands_over_twice = hands_over_twice

    def work(self, queues: Queues, keeper: LeaseKeeper) -> None:
        """Deliver the tasks that wait for it, one by one. Needs an app context."""
        session = db.session()
        handlers = ConsumerHandlers(current_subscriptions(), self._seconds, self.death)
        try:
            for _ in range(MOST_IN_A_ROW):
                if self.stop.is_set():
                    return
                task = queues.take(self.key.sandbox_id, self.key.subscriber)
                if not task:
                    return
                outcomes = self._deliver(session, task, handlers, keeper, queues)
                if self._hands_over_twice and Outcome.DONE in outcomes.values():
                    repeated = self._deliver(session, task, handlers, keeper, queues)
                    self._note_repeat(session, repeated)
        except Killed:
            session.rollback()
            self._note_death(session)

    def _deliver(
        self,
        session: Session,
        task: Sequence[int],
        handlers: ConsumerHandlers,
        keeper: LeaseKeeper,
        queues: Queues,
    ) -> Mapping[int, Outcome]:
        def send(delivery_ids: Sequence[int]) -> None:
            queues.put(self.key.sandbox_id, self.key.subscriber, delivery_ids)

        return deliver(session, task, handlers, self._policy, keeper, send)

    def _note_repeat(self, session: Session, outcomes: Mapping[int, Outcome]) -> None:
        if set(outcomes.values()) == {Outcome.SKIPPED}:
            note_incident(session, self.key.sandbox_id, "repeated", self.key.subscriber)
            session.commit()

    def _note_death(self, session: Session) -> None:
        """Note the death, unless a visitor's kill has already done so; a fault has not."""
        try:
            kill_consumer(session, self.key.sandbox_id, self.key.subscriber, self.key.number)
        except NotNow:
            session.rollback()
        else:
            session.commit()
