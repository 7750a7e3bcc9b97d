"""The queue: which applications a reviewer looks at, in which order, a page at a time."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.models import Engagement
from app.firm.offers import Kind
from app.review.cursor import UNSCORED_RANK, Cursor
from app.scoring.models import ScoreRecord
from app.scoring.rubric import BandName
from app.scoring.score import CriterionScore, Score

PAGE_SIZE: Final = 25

Shown = Literal["open", "submitted", "more_requested", "accepted", "declined", "all"]
Order = Literal["best", "newest"]

OPEN: Final = ("submitted", "more_requested")


class Filters(msgspec.Struct, frozen=True):
    """What the reviewer asked for; ``search`` is looked for as it stands, wildcards included."""

    status: Shown = "open"
    kind: Kind | None = None
    band: BandName | None = None
    search: str = ""
    order: Order = "best"


class QueueRow(msgspec.Struct, frozen=True):
    """An application with what the pipeline has made of it so far."""

    application: Application
    score: Score | None
    engagement: Engagement | None

    @property
    def strongest(self) -> CriterionScore | None:
        """What speaks most for it: of the criteria that it meets best, the heaviest."""
        criteria = self.score.criteria if self.score else ()
        return max(criteria, key=lambda c: (c.points / c.out_of, c.out_of), default=None)

    @property
    def weakest(self) -> CriterionScore | None:
        """What speaks most against it: the criterion that cost most points, if any did."""
        criteria = [c for c in self.score.criteria if c.points < c.out_of] if self.score else []
        return max(criteria, key=lambda c: c.out_of - c.points, default=None)


class QueuePage(msgspec.Struct, frozen=True):
    """Up to PAGE_SIZE rows; ``previous`` and ``next`` are where the neighbouring pages begin."""

    rows: Sequence[QueueRow]
    previous: Cursor | None
    next: Cursor | None


_rank: ColumnElement[int] = func.coalesce(ScoreRecord.total, UNSCORED_RANK)
_kind: ColumnElement[str] = func.coalesce(Engagement.kind, ScoreRecord.recommended_kind)


def queue_page(session: Session, filters: Filters, cursor: Cursor | None) -> QueuePage:
    """The page after (or before) the cursor, or the first one.

    ``best``: the unscored first, since nobody knows yet what they are, then by score, the newest
    first where scores are equal. Rows that come or go between two pages move no other row.
    """
    backwards = cursor is not None and cursor.direction == "before"
    key = _sort_key(filters.order)
    statement = _matching(filters).order_by(*(c.asc() if backwards else c.desc() for c in key))
    if cursor:
        place = _place(cursor, filters.order)
        statement = statement.where(tuple_(*key) > place if backwards else tuple_(*key) < place)
    found = [_row(*found) for found in session.execute(statement.limit(PAGE_SIZE + 1))]
    if cursor and not found:
        return queue_page(session, filters, None)
    rows, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    if backwards:
        rows.reverse()
    return QueuePage(
        rows=rows,
        previous=_cursor("before", rows[0]) if (more if backwards else cursor) else None,
        next=_cursor("after", rows[-1]) if backwards or more else None,
    )


def count_by_status(session: Session) -> dict[str, int]:
    """How many applications there are, by status, with ``open`` and ``all`` as sums."""
    rows = session.execute(select(Application.status, func.count()).group_by(Application.status))
    counts = dict.fromkeys(("submitted", "more_requested", "accepted", "declined"), 0)
    counts |= dict(rows.all())
    return {"open": sum(counts[s] for s in OPEN), **counts, "all": sum(counts.values())}


def _matching(filters: Filters) -> Select[Application, ScoreRecord, Engagement]:
    statement = (
        select(Application, ScoreRecord, Engagement)
        .outerjoin(ScoreRecord, ScoreRecord.application_id == Application.id)
        .outerjoin(Engagement, Engagement.application_id == Application.id)
    )
    if filters.status == "open":
        statement = statement.where(Application.status.in_(OPEN))
    elif filters.status != "all":
        statement = statement.where(Application.status == filters.status)
    if filters.kind:
        statement = statement.where(_kind == filters.kind)
    if filters.band:
        statement = statement.where(ScoreRecord.band == filters.band)
    if filters.search:
        columns = (
            Application.name,
            Application.company,
            Application.email,
            Application.reference,
        )
        statement = statement.where(
            or_(*(column.icontains(filters.search, autoescape=True) for column in columns))
        )
    return statement


def _sort_key(order: Order) -> tuple[ColumnElement[Any], ...]:
    newest = (Application.submitted_at, Application.id)
    return (_rank, *newest) if order == "best" else newest  # type: ignore[return-value]


def _place(cursor: Cursor, order: Order) -> tuple[Any, ...]:
    newest = (cursor.submitted_at, cursor.id)
    return (cursor.rank, *newest) if order == "best" else newest


def _row(
    application: Application, record: ScoreRecord | None, engagement: Engagement | None
) -> QueueRow:
    score = msgspec.convert(record.result, Score) if record else None
    return QueueRow(application, score, engagement)


def _cursor(direction: Literal["after", "before"], row: QueueRow) -> Cursor:
    return Cursor(
        direction=direction,
        rank=row.score.total if row.score else UNSCORED_RANK,
        submitted_at=row.application.submitted_at,
        id=row.application.id,
    )
