"""Records what a lab's handlers did, and counts it."""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.types import RecordedEvent
from app.labs.models import Effect

# By subject: the stream of an order or an application, or the id of a payment.
TALLIES = text("""
SELECT kind, sum(times)::int AS written, count(*)::int AS subjects, max(times)::int AS most,
    sum(amount)::int AS amount
FROM (
    SELECT kind, subject, count(*) AS times, sum(amount) AS amount FROM effects
    WHERE sandbox_id = :sandbox GROUP BY kind, subject
) AS each GROUP BY kind
""")


class Tally(msgspec.Struct, frozen=True):
    """Effects of one kind: ``written`` rows about ``subjects`` different subjects, at most ``most``
    about the same one, and the sum of their amounts."""

    written: int = 0
    subjects: int = 0
    most: int = 0
    amount: int = 0


def write_effect(
    session: Session, recorded: RecordedEvent, kind: str, *, subject: str = "", amount: int = 0
) -> None:
    """Write an effect in the handler's transaction; its subject is by default the event's
    stream."""
    effect = Effect(
        sandbox_id=sandbox_of(recorded),
        kind=kind,
        subject=subject or recorded.stream,
        amount=amount,
    )
    session.add(effect)
    session.flush()


def sandbox_of(recorded: RecordedEvent) -> uuid.UUID:
    """The sandbox that the event was recorded in."""
    return uuid.UUID(recorded.metadata.correlation_id)


def tally_effects(session: Session, sandbox_id: uuid.UUID, *kinds: str) -> Sequence[Tally]:
    """A tally for each of the kinds, in order."""
    found = {
        row.kind: Tally(row.written, row.subjects, row.most, row.amount)
        for row in session.execute(TALLIES, {"sandbox": sandbox_id})
    }
    return [found.get(kind, Tally()) for kind in kinds]
