"""The queue: which applications a reviewer sees, in which order, one page at a time.

It reads the queue's own table, which `subscribers` maintain, and the schedule of due answers.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.queries import locked_actors
from app.applications.reference import as_made
from app.firm.offers import Kind
from app.review.queue.cursor import Cursor
from app.review.queue.due import DUE_AT, DUE_FIRST, NEVER
from app.review.queue.figures import count_by_view, in_every_status
from app.review.queue.models import QueueRow
from app.scoring.rubric import BandName

PAGE_SIZE: Final = 25
NOBODY: Final = "nobody"  # no actor has this name

Shown = Literal[
    "open",
    "late",
    "unanswered",
    "submitted",
    "more_requested",
    "held",
    "accepted",
    "declined",
    "taken_back",
    "withdrawn",
    "dismissed",
    "all",
]
Order = Literal["best", "due", "newest"]


class Filters(msgspec.Struct, frozen=True):
    """What the reviewer asked for. ``search`` is matched literally, wildcards included; ``taken``
    is the actor who has taken the application, or NOBODY."""

    status: Shown = "open"
    kind: Kind | None = None
    band: BandName | None = None
    taken: str = ""
    search: str = ""
    order: Order = "best"


class QueuePage(msgspec.Struct, frozen=True):
    """Up to PAGE_SIZE rows; ``previous`` and ``next`` are the cursors of the neighbouring pages.
    ``due`` has the time by which an answer was promised, where one is awaited and not late yet."""

    rows: Sequence[QueueRow]
    due: Mapping[uuid.UUID, datetime]
    previous: Cursor | None
    next: Cursor | None


def queue_page(session: Session, filters: Filters, cursor: Cursor | None) -> QueuePage:
    """The page after (or before) the cursor, or the first one.

    ``best``: those not scored yet first, since nobody knows how good they are, then by score, the
    newest first among equal scores; those that were never scored last. ``due``: by due time, those
    that await no answer last. Rows that come or go between two requests don't shift the others.
    """
    backwards = cursor is not None and cursor.direction == "before"
    is_rising = backwards != (filters.order == "due")
    key = _sort_key(filters.order)
    statement = _matching(filters).order_by(*(c.asc() if is_rising else c.desc() for c in key))
    if cursor:
        place = _place(cursor, filters.order)
        statement = statement.where(tuple_(*key) > place if is_rising else tuple_(*key) < place)
    found = session.execute(statement.add_columns(DUE_AT).limit(PAGE_SIZE + 1)).all()
    if cursor and not found:
        return queue_page(session, filters, None)
    rows, more = [row for row, _ in found[:PAGE_SIZE]], len(found) > PAGE_SIZE
    has_previous, has_next = cursor is not None, more
    if backwards:  # the page that it came from follows
        rows.reverse()
        has_previous, has_next = more, True
    due = {row.application_id: due_at for row, due_at in found if due_at}
    return QueuePage(
        rows=rows,
        due=due,
        previous=_cursor("before", rows[0], due) if has_previous else None,
        next=_cursor("after", rows[-1], due) if has_next else None,
    )


def next_to_decide(
    session: Session, application_id: uuid.UUID, *, reviewer: str
) -> QueueRow | None:
    """The next application to decide after this one, best first, starting over with the best after
    the last. Skips those taken by other staff than ``reviewer`` who can still sign in. None if no
    other waits."""
    key = _sort_key("best")
    waiting = (
        select(QueueRow)
        .where(
            QueueRow.is_open,  # implied by the status, but needed to use the partial index
            QueueRow.status == "submitted",
            QueueRow.application_id != application_id,
            or_(
                QueueRow.taken_by.is_(None),
                QueueRow.taken_by == reviewer,
                QueueRow.taken_by.in_(locked_actors()),
            ),
        )
        .order_by(*(column.desc() for column in key))
        .limit(1)
    )
    here = session.get(QueueRow, application_id)
    after = here and session.scalar(
        waiting.where(tuple_(*key) < (here.rank, here.submitted_at, here.application_id))
    )
    return after or session.scalar(waiting)


def count_matching(session: Session, filters: Filters) -> dict[str, int]:
    """How many each view lists of those that the other filters match."""
    rows = session.execute(
        select(
            QueueRow.status,
            func.count().label("all"),
            func.count(QueueRow.late_since).label("late"),
            func.count(QueueRow.unanswered_since).label("unanswered"),
        )
        .where(*_narrowing(filters))
        .group_by(QueueRow.status)
    ).all()
    return count_by_view(
        in_every_status({row.status: row.all for row in rows}),
        late=sum(row.late for row in rows),
        unanswered=sum(row.unanswered for row in rows),
    )


def _matching(filters: Filters) -> Select[QueueRow]:
    statement = select(QueueRow).where(*_narrowing(filters))
    if filters.status == "open":
        statement = statement.where(QueueRow.is_open)
    elif filters.status == "late":
        statement = statement.where(QueueRow.late_since.is_not(None))
    elif filters.status == "unanswered":
        statement = statement.where(QueueRow.unanswered_since.is_not(None))
    elif filters.status != "all":
        statement = statement.where(QueueRow.status == filters.status)
    return statement


def _narrowing(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions of all filters except the status."""
    conditions: list[ColumnElement[bool]] = []
    if filters.kind:
        conditions.append(QueueRow.kind == filters.kind)
    if filters.band:
        conditions.append(QueueRow.band == filters.band)
    if filters.taken == NOBODY:
        conditions.append(QueueRow.taken_by.is_(None))
    elif filters.taken:
        conditions.append(QueueRow.taken_by == filters.taken)
    if filters.search:
        is_named = QueueRow.reference == as_made(filters.search)
        holds_it = QueueRow.search_text.icontains(filters.search, autoescape=True)
        conditions.append(or_(is_named, holds_it))
    return conditions


def _sort_key(order: Order) -> tuple[SQLColumnExpression[Any], ...]:
    newest = (QueueRow.submitted_at, QueueRow.application_id)
    return {"best": (QueueRow.rank, *newest), "due": (DUE_FIRST, *newest), "newest": newest}[order]


def _place(cursor: Cursor, order: Order) -> tuple[Any, ...]:
    newest = (cursor.submitted_at, cursor.id)
    due = (cursor.due or NEVER, *newest)
    return {"best": (cursor.rank, *newest), "due": due, "newest": newest}[order]


def _cursor(
    direction: Literal["after", "before"], row: QueueRow, due: Mapping[uuid.UUID, datetime]
) -> Cursor:
    return Cursor(
        direction=direction,
        rank=row.rank,
        submitted_at=row.submitted_at,
        id=row.application_id,
        due=row.late_since or due.get(row.application_id),
    )
