"""All that is known of one event: its payload, its cause and effects, its deliveries and tries."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from app.accounts.queries import name_of, staff_names
from app.events.models import Delivery, DeliveryTry, StoredEvent
from app.events.rows import (
    EVENT_COLUMNS,
    NO_METADATA,
    UnreadableEvent,
    readable_metadata,
    recorded_event,
)
from app.events.types import declared_events
from app.operations.subjects import Subject, subjects_of

FIND = text(f"""
SELECT {EVENT_COLUMNS}, e.relayed_at, e.hash, event_hash(e, p.hash) = e.hash AS is_intact
FROM events e LEFT JOIN person_keys k ON k.person_id = e.person_id
LEFT JOIN events p ON p.stream = e.stream AND p.version = e.version - 1
WHERE e.id = :id
""")  # noqa: S608 - the columns are a constant
EFFECTS = text("""
SELECT id, type, stream FROM events WHERE metadata ->> 'causation_id' = :id ORDER BY position
""")
CAUSE = text("SELECT id, type, stream FROM events WHERE id = :id")


class Relative(msgspec.Struct, frozen=True):
    """An event that led to this one, or that it led to."""

    id: uuid.UUID
    type: str
    stream: str


class Try(msgspec.Struct, frozen=True):
    """One try; ``error`` is "" for the one that succeeded."""

    number: int
    began_at: datetime
    ended_at: datetime
    error: str = ""

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.began_at) / timedelta(seconds=1)


class DeliveryStory(msgspec.Struct, frozen=True):
    """A delivery with its tries, oldest first; failed tries are deleted after some months. One in
    hand for the first time has ``attempts`` 1, and has not failed."""

    id: int
    subscriber: str
    status: str
    attempts: int
    has_failed: bool
    not_before: datetime
    tries: Sequence[Try]


class EventStory(msgspec.Struct, frozen=True):
    """``data`` is the payload without its ``personal`` fields, which are empty once the person is
    erased. ``is_intact``: the event matches its hash."""

    id: uuid.UUID
    position: int
    type: str
    schema_version: int
    stream: str
    version: int
    recorded_at: datetime
    relayed_at: datetime | None
    who: str
    correlation_id: str
    hash: str
    is_intact: bool
    data: dict[str, Any]
    personal: dict[str, Any]
    is_erased: bool
    subject: Subject | None
    cause: Relative | None
    effects: Sequence[Relative]
    deliveries: Sequence[DeliveryStory]

    @property
    def data_json(self) -> str:
        return _in_json(self.data)

    @property
    def personal_json(self) -> str:
        return _in_json(self.personal)


def find_event(session: Session, event_id: uuid.UUID) -> EventStory | None:
    """The event with all that belongs to it."""
    row = session.execute(FIND, {"id": event_id}).one_or_none()
    if row is None:
        return None
    metadata = readable_metadata(row.metadata) or NO_METADATA
    cause = session.execute(CAUSE, {"id": metadata.caused_by}).one_or_none()
    stored = session.get_one(StoredEvent, row.position)
    data, personal = _payload(row)
    return EventStory(
        id=row.id,
        position=row.position,
        type=row.type,
        schema_version=row.schema_version,
        stream=row.stream,
        version=row.version,
        recorded_at=row.recorded_at,
        relayed_at=row.relayed_at,
        who=name_of(metadata.actor, staff_names(session)),
        correlation_id=metadata.correlation_id,
        hash=bytes(row.hash).hex(),
        is_intact=row.is_intact,
        data=data,
        personal=personal,
        is_erased=row.sealed is not None and row.key is None,
        subject=subjects_of(session, [stored]).get(row.position),
        cause=Relative(*cause) if cause else None,
        effects=[Relative(*one) for one in session.execute(EFFECTS, {"id": str(row.id)})],
        deliveries=_deliveries(session, row.position),
    )


def _payload(row: Row[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The payload in its present version, and separately its personal fields. For an event that
    can't be read, what is stored unsealed."""
    try:
        data = msgspec.to_builtins(recorded_event(row).data)
    except UnreadableEvent:
        return msgspec.json.decode(row.data), {}
    personal = {name: data.pop(name) for name in declared_events()[row.type].personal}
    return data, personal


def _deliveries(session: Session, position: int) -> list[DeliveryStory]:
    deliveries: Sequence[Delivery] = session.scalars(
        select(Delivery).filter_by(event_position=position).order_by(Delivery.id)
    ).all()
    ids = [delivery.id for delivery in deliveries]
    failed: Sequence[DeliveryTry] = session.scalars(
        select(DeliveryTry).where(DeliveryTry.delivery_id.in_(ids)).order_by(DeliveryTry.id)
    ).all()
    return [
        DeliveryStory(
            id=delivery.id,
            subscriber=delivery.subscriber,
            status=delivery.status,
            attempts=delivery.attempts,
            has_failed=delivery.has_failed,
            not_before=delivery.not_before,
            tries=_tries(delivery, [one for one in failed if one.delivery_id == delivery.id]),
        )
        for delivery in deliveries
    ]


def _tries(delivery: Delivery, failed: Sequence[DeliveryTry]) -> list[Try]:
    tries = [Try(one.number, one.claimed_at, one.ended_at, one.error) for one in failed]
    if delivery.done_at and delivery.claimed_at:
        tries.append(Try(delivery.attempts, delivery.claimed_at, delivery.done_at))
    return tries


def _in_json(values: dict[str, Any]) -> str:
    """Indented, for people to read."""
    return msgspec.json.format(msgspec.json.encode(values), indent=2).decode()
