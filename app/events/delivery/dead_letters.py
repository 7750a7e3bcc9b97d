"""Dead letters: a delivery that used up its tries is recorded as an event, and can be replayed."""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.events.models import Delivery, StoredEvent
from app.events.store import record
from app.events.types import Event, event, stream_of


@event("delivery.dead_lettered", version=1)
class DeliveryDeadLettered(Event, frozen=True):
    """A subscriber has failed on an event as often as it may; later events of the stream wait."""

    delivery_id: int
    subscriber: str
    event_id: str
    event_type: str
    event_stream: str


@event("delivery.replayed", version=1)
class DeliveryReplayed(Event, frozen=True):
    """A member of staff has put a dead letter back to be tried again."""

    delivery_id: int
    subscriber: str


class DeadLetter(msgspec.Struct, frozen=True):
    """An event that ``subscriber`` failed on, with its last error."""

    event_id: uuid.UUID
    event_type: str
    subscriber: str
    error: str


class NotADeadLetter(Exception):
    """The delivery is not (or no longer) a dead letter."""


REPLAY = text("""
UPDATE deliveries SET status = 'waiting', attempts = 0, not_before = now(), sent_at = NULL
WHERE id = :id AND status = 'dead' AND claim = coalesce(CAST(:claim AS integer), claim)
RETURNING subscriber
""")


def dead_letters_in(session: Session, streams: Sequence[str]) -> list[DeadLetter]:
    """The current dead letters among the events of these streams, oldest first."""
    rows = session.execute(
        select(StoredEvent.id, StoredEvent.type, Delivery.subscriber, Delivery.last_error)
        .join(Delivery.event)
        .where(Delivery.status == "dead", StoredEvent.stream.in_(streams))
        .order_by(Delivery.id)
    )
    return [DeadLetter(row.id, row.type, row.subscriber, row.last_error) for row in rows]


def record_dead_letter(session: Session, delivery_id: int) -> None:
    """Record that the delivery died, unless its own event reports a dead letter: that would never
    end."""
    delivery = session.get_one(Delivery, delivery_id)
    source: StoredEvent = delivery.event
    if source.type == DeliveryDeadLettered.type:
        return
    record(
        session,
        _stream(delivery_id),
        DeliveryDeadLettered(
            delivery_id=delivery_id,
            subscriber=delivery.subscriber,
            event_id=str(source.id),
            event_type=source.type,
            event_stream=source.stream,
        ),
        actor=f"system:{delivery.subscriber}",
    )


def replay_dead_letter(
    session: Session, delivery_id: int, *, actor: str, claim: int | None = None
) -> None:
    """Have the delivery tried again, counting from the first try; the sweep sends it.

    With ``claim``, only if its claim number is still that one: nobody has tried it since. Raises
    NotADeadLetter, so that two members of staff replay it only once.
    """
    subscriber = session.scalar(REPLAY, {"id": delivery_id, "claim": claim})
    if subscriber is None:
        raise NotADeadLetter(delivery_id)
    record(
        session,
        _stream(delivery_id),
        DeliveryReplayed(delivery_id=delivery_id, subscriber=subscriber),
        actor=actor,
    )


def _stream(delivery_id: int) -> str:
    return stream_of("delivery", uuid.uuid5(uuid.NAMESPACE_OID, f"delivery:{delivery_id}"))
