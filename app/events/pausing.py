"""Pausing a subscriber: its deliveries wait, in order, until it is resumed."""

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import Event, event, stream_of


@event("subscriber.paused", version=1)
class SubscriberPaused(Event, frozen=True):
    """A member of staff has told a subscriber to wait."""

    subscriber: str


@event("subscriber.resumed", version=1)
class SubscriberResumed(Event, frozen=True):
    """A member of staff has let a subscriber go on."""

    subscriber: str


PAUSE = text("""
INSERT INTO paused_subscribers (subscriber) VALUES (:subscriber)
ON CONFLICT DO NOTHING RETURNING subscriber
""")
RESUME = text("DELETE FROM paused_subscribers WHERE subscriber = :subscriber RETURNING subscriber")


def pause_subscriber(session: Session, subscriber: str, *, actor: str) -> None:
    """Have no new delivery to the subscriber begun; what is at work is finished. Nothing changes
    for one that is paused already."""
    if session.execute(PAUSE, {"subscriber": subscriber}).first():
        _record(session, SubscriberPaused(subscriber=subscriber), actor)


def resume_subscriber(session: Session, subscriber: str, *, actor: str) -> None:
    """Let the subscriber go on; the sweep sends what has waited."""
    if session.execute(RESUME, {"subscriber": subscriber}).first():
        _record(session, SubscriberResumed(subscriber=subscriber), actor)


def _record(session: Session, change: SubscriberPaused | SubscriberResumed, actor: str) -> None:
    of_name = uuid.uuid5(uuid.NAMESPACE_OID, f"subscriber:{change.subscriber}")
    record(session, stream_of("subscriber", of_name), change, actor=actor)
