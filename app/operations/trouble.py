"""What is in trouble: how much there is, the deliveries that will be tried again, and the dead
letters by cause."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select, text
from sqlalchemy.orm import Session, joinedload

from app.applications.intake.address import current_intake
from app.applications.intake.standing import PARTITIONS, SILENT_AFTER_SECONDS
from app.bridges.addresses import current_bridges
from app.chat.queries import has_channel
from app.events.models import Delivery
from app.operations.subjects import Subject, subjects_of
from app.webhooks.queries import UNWELL

MOST_RETRYING = 100
# What one form can carry, and one person can look over.
MOST_DEAD_LETTERS = 500


# Each table has an index on its unfinished rows, or few rows at all. A bridge whose circuit is open
# counts as a service outside.
COUNT_TROUBLE = text(f"""
SELECT (SELECT count(*) FROM deliveries WHERE status = 'dead') AS dead_letters,
    (SELECT count(*) FROM mail_messages WHERE status = 'failed') AS refused_mail,
    (SELECT count(*) FROM chat_messages WHERE status = 'failed' AND :has_channel) AS refused_chat,
    (SELECT count(*) FROM circuits WHERE state <> 'closed') AS open_circuits,
    (SELECT count(*) FROM ({UNWELL}) AS unwell) AS unwell_endpoints,
    (SELECT count(*) FROM bridges
     WHERE name = ANY(:bridges) AND failures > 0 AND paused_at IS NULL
       AND NOT EXISTS (SELECT FROM circuits
           WHERE circuits.name = 'bridge ' || bridges.name AND state <> 'closed')
    ) AS failing_bridges,
    (SELECT count(*) FROM ({PARTITIONS}) AS partitions
     WHERE topic = :intake_topic AND is_there
       AND seen_at < now() - make_interval(secs => :silent_after)
    ) AS silent_partitions
""")  # noqa: S608 - parts of our own


class Trouble(msgspec.Struct, frozen=True):
    """How much can't go on without a person or an outside service."""

    dead_letters: int
    refused_mail: int
    refused_chat: int
    open_circuits: int
    unwell_endpoints: int
    failing_bridges: int
    silent_partitions: int

    @property
    def count(self) -> int:
        return sum(msgspec.structs.astuple(self))

    def __str__(self) -> str:
        """In words: "51 dead letters, 1 outside service in trouble"."""
        parts = (
            (self.dead_letters, "dead letter", "dead letters"),
            (self.refused_mail, "refused mail", "refused mails"),
            (self.refused_chat, "refused chat message", "refused chat messages"),
            (self.open_circuits, "outside service in trouble", "outside services in trouble"),
            (self.unwell_endpoints, "webhook endpoint in trouble", "webhook endpoints in trouble"),
            (self.failing_bridges, "bridge in trouble", "bridges in trouble"),
            (self.silent_partitions, "silent part of the intake", "silent parts of the intake"),
        )
        return ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in parts if n)


class TroubledDelivery(msgspec.Struct, frozen=True):
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


def count_trouble(session: Session) -> Trouble:
    intake = current_intake()
    values = {
        "bridges": list(current_bridges()),
        "has_channel": has_channel(),
        "intake_topic": intake.kafka.topic if intake else None,
        "silent_after": SILENT_AFTER_SECONDS,
    }
    counted = session.execute(COUNT_TROUBLE, values)
    return Trouble(**counted.mappings().one())


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


def dead_letters_of(session: Session, cause: DeadLetterCause) -> list[TroubledDelivery]:
    """The oldest MOST_DEAD_LETTERS dead letters of that cause."""
    chosen = select(Delivery).where(*_died_of(cause))
    return _troubled(session, chosen.limit(MOST_DEAD_LETTERS))


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


def retrying_deliveries(session: Session) -> list[TroubledDelivery]:
    """The oldest MOST_RETRYING deliveries that have failed and will be tried again."""
    failed_before: ColumnElement[bool] = or_(
        Delivery.attempts > 1, Delivery.last_error.is_not(None)
    )
    chosen = select(Delivery).where(Delivery.status == "waiting", failed_before)
    return _troubled(session, chosen.limit(MOST_RETRYING))


def _troubled(session: Session, chosen: Select[Delivery]) -> list[TroubledDelivery]:
    deliveries = session.scalars(
        chosen.options(joinedload(Delivery.event)).order_by(Delivery.id)
    ).all()
    subjects = subjects_of(session, [delivery.event for delivery in deliveries])
    return [
        TroubledDelivery(
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
