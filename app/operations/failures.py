"""The deliveries that failed: dead letters by cause, and what will be tried again."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from app.events.models import Delivery
from app.operations.subjects import Subject, subjects_of

MOST_RETRYING = 100
# What one form can carry, and one person can look over.
MOST_DEAD_LETTERS = 500


class FailedDelivery(msgspec.Struct, frozen=True):
    """A delivery that has failed. Times are UTC."""

    id: int
    event_id: str
    event_type: str
    stream: str
    subject: Subject | None
    subscriber: str
    attempts: int
    last_error: str | None
    not_before: datetime
    recorded_at: datetime


class DeadLetterCause(msgspec.Struct, frozen=True):
    """What dead letters have in common: the subscriber, the error's type, and where it was raised
    ("" if the error names no place)."""

    subscriber: str
    error: str
    place: str = ""


class DeadLetterGroup(msgspec.Struct, frozen=True):
    """Dead letters of one cause; the times are those of their last tries."""

    cause: DeadLetterCause
    count: int
    first_at: datetime
    last_at: datetime


# As describe_error puts it: "AlreadyDecided: a message (scoring/score.py:7)", or without a message.
_error = func.substring(Delivery.last_error, "^[^: ]+")
_place = func.coalesce(func.substring(Delivery.last_error, r"\(([^()\s]+:\d+)\)$"), "")


def dead_letter_groups(session: Session) -> list[DeadLetterGroup]:
    """Every dead letter counted under its cause, the largest group first."""
    rows = session.execute(
        select(
            Delivery.subscriber,
            _error.label("error"),
            _place.label("place"),
            func.count(),
            func.min(Delivery.claimed_at),
            func.max(Delivery.claimed_at),
        )
        .where(Delivery.status == "dead")
        .group_by("subscriber", "error", "place")
        .order_by(func.count().desc(), "subscriber", "error", "place")
    )
    return [
        DeadLetterGroup(DeadLetterCause(subscriber, error, place), count, first_at, last_at)
        for subscriber, error, place, count, first_at, last_at in rows
    ]


def dead_letters_of(session: Session, cause: DeadLetterCause) -> list[FailedDelivery]:
    """The oldest MOST_DEAD_LETTERS dead letters of that cause."""
    chosen = select(Delivery).where(*_died_of(cause))
    return _described(session, chosen.limit(MOST_DEAD_LETTERS))


def count_dead_letters_of(session: Session, cause: DeadLetterCause) -> int:
    """How many dead letters of that cause there are in all."""
    return session.scalar(select(func.count()).where(*_died_of(cause))) or 0


def _died_of(cause: DeadLetterCause) -> tuple[ColumnElement[bool], ...]:
    return (
        Delivery.status == "dead",
        Delivery.subscriber == cause.subscriber,
        _error == cause.error,
        _place == cause.place,
    )


def retrying_deliveries(session: Session) -> list[FailedDelivery]:
    """The oldest MOST_RETRYING deliveries that have failed and will be tried again."""
    chosen = select(Delivery).where(Delivery.status == "waiting", Delivery.has_failed)
    return _described(session, chosen.limit(MOST_RETRYING))


def _described(session: Session, chosen: Select[Delivery]) -> list[FailedDelivery]:
    deliveries = session.scalars(
        chosen.options(joinedload(Delivery.event)).order_by(Delivery.id)
    ).all()
    subjects = subjects_of(session, [delivery.event for delivery in deliveries])
    return [
        FailedDelivery(
            id=delivery.id,
            event_id=str(delivery.event.id),
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
