"""Pausing a subscriber: its deliveries wait, in order, until it is resumed."""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import Event, event, stream_of


@event("subscriber.paused", version=1)
class SubscriberPaused(Event, frozen=True):
    """A member of staff or an operator has told a subscriber to wait."""

    subscriber: str


@event("subscriber.resumed", version=1)
class SubscriberResumed(Event, frozen=True):
    """A member of staff or an operator has let a subscriber go on."""

    subscriber: str


PAUSE = text("""
INSERT INTO paused_subscribers (subscriber) VALUES (:subscriber)
ON CONFLICT DO NOTHING RETURNING subscriber
""")
RESUME = text("DELETE FROM paused_subscribers WHERE subscriber = :subscriber RETURNING subscriber")


# Only the log knows who did it: the last event in the subscriber's own stream says.
PAUSES = text("""
SELECT subscriber, paused_at, (
    SELECT metadata ->> 'actor' FROM events e WHERE e.stream = paused.stream
    ORDER BY version DESC LIMIT 1
) AS actor
FROM paused_subscribers
JOIN unnest(CAST(:subscribers AS text[]), CAST(:streams AS text[])) AS paused (subscriber, stream)
    USING (subscriber)
""")


class Pause(msgspec.Struct, frozen=True):
    """Since when a subscriber has been paused, and by whom."""

    paused_at: datetime
    actor: str


def pauses(session: Session) -> dict[str, Pause]:
    """The subscribers that are paused now, by name."""
    names = list(session.scalars(text("SELECT subscriber FROM paused_subscribers")))
    values = {"subscribers": names, "streams": [_stream(name) for name in names]}
    rows = session.execute(PAUSES, values) if names else ()
    return {row.subscriber: Pause(row.paused_at, row.actor or "") for row in rows}


def pause_subscriber(session: Session, subscriber: str, *, actor: str) -> None:
    """Begin no new delivery to the subscriber; those in hand are finished. Does nothing if it is
    already paused."""
    if session.execute(PAUSE, {"subscriber": subscriber}).first():
        _record(session, SubscriberPaused(subscriber=subscriber), actor)


def resume_subscriber(session: Session, subscriber: str, *, actor: str) -> None:
    """Resume deliveries to the subscriber; the sweep sends what has waited."""
    if session.execute(RESUME, {"subscriber": subscriber}).first():
        _record(session, SubscriberResumed(subscriber=subscriber), actor)


def _record(session: Session, change: SubscriberPaused | SubscriberResumed, actor: str) -> None:
    record(session, _stream(change.subscriber), change, actor=actor)


def _stream(subscriber: str) -> str:
    return stream_of("subscriber", uuid.uuid5(uuid.NAMESPACE_OID, f"subscriber:{subscriber}"))
