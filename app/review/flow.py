"""What the events page shows besides the figures: deliveries in trouble, and the latest events."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from app.accounts.queries import staff_names
from app.applications.models import Application
from app.events.models import Delivery, StoredEvent

MOST_DELIVERIES = 100
LATEST_EVENTS = 50


class Subject(msgspec.Struct, frozen=True):
    """The application that an event is about."""

    application_id: uuid.UUID
    company: str


class TroubledDelivery(msgspec.Struct, frozen=True):
    """A delivery that has failed. Times are UTC."""

    id: int
    event_type: str
    stream: str
    subject: Subject | None
    subscriber: str
    attempts: int
    last_error: str | None
    not_before: datetime
    recorded_at: datetime


class LatestEvent(msgspec.Struct, frozen=True):
    """An event without its payload; ``who`` is a name on the staff, or else the recorded actor."""

    type: str
    stream: str
    subject: Subject | None
    who: str
    recorded_at: datetime


def dead_letters(session: Session) -> list[TroubledDelivery]:
    """Up to MOST_DELIVERIES deliveries whose tries are used up, the oldest first."""
    return _troubled(session, Delivery.status == "dead")


def retrying_deliveries(session: Session) -> list[TroubledDelivery]:
    """Up to MOST_DELIVERIES deliveries that have failed and will be tried again."""
    return _troubled(session, (Delivery.status == "waiting") & (Delivery.attempts > 0))


def latest_events(session: Session) -> list[LatestEvent]:
    """The last LATEST_EVENTS of the log, the newest first."""
    events: Sequence[StoredEvent] = session.scalars(
        select(StoredEvent).order_by(StoredEvent.position.desc()).limit(LATEST_EVENTS)
    ).all()
    names, subjects = staff_names(session), _subjects(session, events)
    return [
        LatestEvent(
            type=event.type,
            stream=event.stream,
            subject=subjects.get(event.position),
            who=names.get(event.meta["actor"], event.meta["actor"]),
            recorded_at=event.recorded_at,
        )
        for event in events
    ]


def application_of(stream: str, data: dict[str, Any]) -> uuid.UUID | None:
    """The application that an event is about: its stream's, or the one that its payload names."""
    kind, _, subject_id = stream.partition("-")
    named = subject_id if kind == "application" else data.get("application_id")
    return uuid.UUID(named) if named else None


def _subjects(session: Session, events: Sequence[StoredEvent]) -> dict[int, Subject]:
    """What each event is about, by its position."""
    about = {event.position: application_of(event.stream, event.data) for event in events}
    rows = session.execute(
        select(Application.id, Application.company).where(Application.id.in_(about.values()))
    )
    subjects = {row.id: Subject(row.id, row.company) for row in rows}
    return {place: subjects[named] for place, named in about.items() if named in subjects}


def _troubled(session: Session, condition: ColumnElement[bool]) -> list[TroubledDelivery]:
    deliveries = session.scalars(
        select(Delivery)
        .where(condition)
        .options(joinedload(Delivery.event))
        .order_by(Delivery.id)
        .limit(MOST_DELIVERIES)
    ).all()
    subjects = _subjects(session, [delivery.event for delivery in deliveries])
    return [
        TroubledDelivery(
            id=delivery.id,
            event_type=delivery.event.type,
            stream=delivery.stream,
            subject=subjects.get(delivery.event_position),
            subscriber=delivery.subscriber,
            attempts=delivery.attempts,
            last_error=delivery.last_error,
            not_before=delivery.not_before,
            recorded_at=delivery.event.recorded_at,
        )
        for delivery in deliveries
    ]
