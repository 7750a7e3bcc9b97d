"""Promise 4: however many workers deliver an event at the same time, its effect happens once."""

import re
import uuid
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationDeclined
from app.events.delivery import claims, handling
from app.events.delivery.handling import deliver
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.relay import BATCH, relay_batch
from app.events.store import record
from app.events.subscription import Subscriptions
from app.events.types import RecordedEvent, stream_of
from app.platform.database import db
from app.platform.retry import RetryPolicy

WORKERS = 10
# A table without keys: only the delivery prevents a second effect.
EFFECTS = "CREATE TABLE effects (event uuid)"


def leave_a_mark(session: Session, event: RecordedEvent) -> None:
    session.execute(text("INSERT INTO effects VALUES (:event)"), {"event": event.id})


POLICY = RetryPolicy(base=1, cap=1, max_attempts=WORKERS)
PERSON = uuid.uuid4()
MARKING = Subscriptions({ApplicationDeclined: (leave_a_mark,)})


@pytest.fixture
def effects(as_owner: Callable[[str], None]) -> Iterator[None]:
    as_owner(EFFECTS)
    yield
    db.session.rollback()
    as_owner("DROP TABLE effects")


def deliver_many_times(app: Flask, events: int) -> list[int]:
    """Record ``events`` events, have all workers deliver each at the same moment, and return how
    often each event left its mark."""
    session = db.session()
    ids = [
        record(
            session,
            stream_of("probe", uuid.uuid4()),
            ApplicationDeclined(message=""),
            actor="prospect",
            person=PERSON,
            expected_version=0,
        ).id
        for _ in range(events)
    ]
    session.commit()
    deliveries: list[int] = []
    while relay_batch(MARKING, deliveries.extend) == BATCH:
        pass
    together = Barrier(WORKERS, timeout=30)
    engine = db.engine  # the keeper's thread has no app of its own
    keeper = LeaseKeeper(lambda: engine, lease=60)

    def work() -> None:
        with app.app_context(), Session(db.engine) as own:
            for delivery_id in deliveries:
                together.wait()
                deliver(own, [delivery_id], MARKING, POLICY, keeper, print)

    workers = [Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    counted = session.execute(text("SELECT event, count(*) FROM effects GROUP BY 1"))
    counts = {event: count for event, count in counted}  # noqa: C416 - to mypy, rows are not pairs
    return [counts.get(event_id, 0) for event_id in ids]


@pytest.mark.usefixtures("effects")
def test_each_event_has_its_effect_once(
    app: Flask, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    events = scale(100, 500)
    assert deliver_many_times(app, events) == [1] * events
    note(f"{events} events delivered by {WORKERS} workers at once: {events} effects")


@pytest.mark.usefixtures("effects")
def test_without_the_claim_effects_would_double(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: no worker is kept out, and an invalid claim goes unnoticed."""
    unlocked = re.sub(r"FOR UPDATE[\w\s]*SKIP LOCKED", "", claims.CLAIM.text)
    unleased = unlocked.replace("secs => :lease", "secs => 0 * :lease")
    monkeypatch.setattr(claims, "CLAIM", text(unleased))
    monkeypatch.setattr(handling, "mark_done", lambda *_: True)
    assert max(deliver_many_times(app, 20)) > 1
