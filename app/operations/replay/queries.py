"""What pages ask about replays."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app.accounts.queries import name_of, staff_names
from app.events.models import Delivery
from app.operations.replay.models import Replay, ReplayItem
from app.operations.subjects import Subject, subjects_of

LATEST = 10

LIST = text("""
SELECT r.id, started_by, started_at, cancelled_at, finished_at, items, settled, done, dead
FROM (
    SELECT * FROM replays WHERE started_at IS NOT NULL ORDER BY started_at DESC LIMIT :latest
) AS r CROSS JOIN LATERAL (
    SELECT count(*) AS items, count(settled_at) AS settled,
        count(*) FILTER (WHERE state = 'done') AS done,
        count(*) FILTER (WHERE state = 'dead') AS dead
    FROM replay_items WHERE replay_id = r.id
) AS counts
ORDER BY started_at DESC
""")


class ReplaySummary(msgspec.Struct, frozen=True):
    """A replay that was started, and how far it has come; ``who`` started it."""

    id: uuid.UUID
    who: str
    started_at: datetime
    items: int
    settled: int
    done: int
    dead: int
    state: str


class ReplayedDeadLetter(msgspec.Struct, frozen=True):
    """A dead letter of a replay's set, and what became of it so far: ``chosen`` (nothing),
    ``put_back`` (with its ``attempts`` until now), ``done``, ``dead`` again, or ``gone`` before its
    turn."""

    delivery_id: int
    event_id: uuid.UUID
    event_type: str
    stream: str
    subject: Subject | None
    subscriber: str
    state: str
    attempts: int
    error: str


class ReplayView(msgspec.Struct, frozen=True):
    """A replay with its whole set."""

    id: uuid.UUID
    state: str
    chosen_by: str
    chosen_at: datetime
    started_by: str
    started_at: datetime | None
    cancelled_by: str
    dead_letters: Sequence[ReplayedDeadLetter]

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.dead_letters)

    @property
    def settled(self) -> int:
        return sum(one.state in {"done", "dead", "gone"} for one in self.dead_letters)

    @property
    def is_running(self) -> bool:
        return self.state in {"running", "cancelling"}


def latest_replays(session: Session) -> list[ReplaySummary]:
    """The LATEST replays that were started, newest first."""
    names = staff_names(session)
    return [
        ReplaySummary(
            id=row.id,
            who=name_of(row.started_by, names),
            started_at=row.started_at,
            items=row.items,
            settled=row.settled,
            done=row.done,
            dead=row.dead,
            state=_state(row.started_at, row.cancelled_at, row.finished_at),
        )
        for row in session.execute(LIST, {"latest": LATEST})
    ]


def find_replay(session: Session, replay_id: uuid.UUID) -> ReplayView | None:
    replay = session.get(Replay, replay_id)
    if replay is None:
        return None
    names = staff_names(session)
    return ReplayView(
        id=replay.id,
        state=_state(replay.started_at, replay.cancelled_at, replay.finished_at),
        chosen_by=name_of(replay.chosen_by, names),
        chosen_at=replay.chosen_at,
        started_by=name_of(replay.started_by or "", names),
        started_at=replay.started_at,
        cancelled_by=name_of(replay.cancelled_by or "", names),
        dead_letters=_dead_letters(session, replay_id),
    )


def _dead_letters(session: Session, replay_id: uuid.UUID) -> list[ReplayedDeadLetter]:
    rows = session.execute(
        select(ReplayItem, Delivery)
        .join(Delivery, Delivery.id == ReplayItem.delivery_id)
        .where(ReplayItem.replay_id == replay_id)
        .options(joinedload(Delivery.event))
        .order_by(Delivery.id)
    ).all()
    subjects = subjects_of(session, [delivery.event for _, delivery in rows])
    return [
        ReplayedDeadLetter(
            delivery_id=delivery.id,
            event_id=delivery.event.id,
            event_type=delivery.event.type,
            stream=delivery.stream,
            subject=subjects.get(delivery.event_position),
            subscriber=delivery.subscriber,
            state=item.state,
            attempts=delivery.attempts,
            error=item.error or "",
        )
        for item, delivery in rows
    ]


def _state(
    started_at: datetime | None, cancelled_at: datetime | None, finished_at: datetime | None
) -> str:
    """chosen, running, cancelling (what is under way goes on), cancelled or finished."""
    if started_at is None:
        return "chosen"
    if finished_at is None:
        return "cancelling" if cancelled_at else "running"
    return "cancelled" if cancelled_at else "finished"
