"""The log, newest first, narrowed by filters, a page at a time."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import msgspec
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.queries import name_of, staff_names
from app.applications.queries import find_application_by_reference
from app.engagements.queries import engagement_of, streams_about
from app.events.models import StoredEvent
from app.events.rows import NO_METADATA
from app.events.types import Metadata, declared_events, stream_of
from app.operations.subjects import Subject, subjects_of

PAGE_SIZE = 50
# How many events one page scans for a filter's matches, so that a rare match costs no more.
LOOK_BACK = 500_000

_actor = StoredEvent.meta["actor"].astext


class Filters(msgspec.Struct, frozen=True):
    """``search`` is a stream, the id of an event or a subject, or a reference. ``actor`` is spelled
    as in events, or ends with ":" and stands for all of its kind. Days are in UTC."""

    type: str = ""
    search: str = ""
    actor: str = ""
    since: date | None = None
    until: date | None = None


class LogRow(msgspec.Struct, frozen=True):
    """An event without its payload; ``who`` caused it, as staff read it."""

    id: uuid.UUID
    position: int
    type: str
    stream: str
    subject: Subject | None
    who: str
    recorded_at: datetime


class LogPage(msgspec.Struct, frozen=True):
    """Up to PAGE_SIZE events. ``older`` is the position before which the next page looks, if there
    is one; ``stopped`` says that this page gave up looking before it was full."""

    rows: Sequence[LogRow]
    older: int | None
    stopped: bool


def log_page(session: Session, filters: Filters, before: int | None = None) -> LogPage:
    """The matching events before that position, or the newest."""
    last = session.scalar(select(func.max(StoredEvent.position))) or 0
    before = last + 1 if before is None else min(max(before, 0), last + 1)
    statement = select(StoredEvent).where(
        StoredEvent.position < before, *_conditions(session, filters)
    )
    floor = 0
    if not filters.search:
        floor = max(0, before - LOOK_BACK)
        statement = statement.where(StoredEvent.position >= floor)
    newest_first = statement.order_by(StoredEvent.position.desc()).limit(PAGE_SIZE + 1)
    found: Sequence[StoredEvent] = session.scalars(newest_first).all()
    shown, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    stopped_at = floor if floor > 1 else None
    names, subjects = staff_names(session), subjects_of(session, shown)
    return LogPage(
        rows=[_row(event, names, subjects.get(event.position)) for event in shown],
        older=shown[-1].position if more else stopped_at,
        stopped=stopped_at is not None and not more,
    )


def _row(event: StoredEvent, names: dict[str, str], subject: Subject | None) -> LogRow:
    return LogRow(
        id=event.id,
        position=event.position,
        type=event.type,
        stream=event.stream,
        subject=subject,
        who=name_of(_actor_of(event), names),
        recorded_at=event.recorded_at,
    )


def _actor_of(event: StoredEvent) -> str:
    try:
        return msgspec.convert(event.meta, Metadata).actor
    except msgspec.ValidationError:  # somebody altered it
        return NO_METADATA.actor


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.type:
        conditions.append(StoredEvent.type == filters.type)
    if filters.search:
        conditions.append(_matching(session, filters.search))
    if filters.actor:
        is_kind = filters.actor.endswith(":")
        conditions.append(_actor.startswith(filters.actor) if is_kind else _actor == filters.actor)
    if filters.since:
        begin = datetime.combine(filters.since, time.min, UTC)
        conditions.append(StoredEvent.recorded_at >= begin)
    if filters.until:
        # Exact, since Postgres keeps microseconds; the calendar's last day has no next midnight.
        end = datetime.combine(filters.until, time.max, UTC)
        conditions.append(StoredEvent.recorded_at <= end)
    return conditions


def _matching(session: Session, search: str) -> ColumnElement[bool]:
    """The events that a search means. Each way to name a stream uses the index on streams."""
    if application := find_application_by_reference(session, search):
        engagement = engagement_of(session, application.id)
        return StoredEvent.stream.in_(streams_about(application, engagement))
    try:
        named = uuid.UUID(search)
    except ValueError:
        return StoredEvent.stream == search
    kinds = {declared.stream_kind for declared in declared_events().values()}
    return or_(
        StoredEvent.id == named,
        StoredEvent.stream.in_([stream_of(kind, named) for kind in sorted(kinds)]),
    )
