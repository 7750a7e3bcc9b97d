"""The figures above the queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.models import OPEN
from app.firm.calendar import current_calendar, week_began
from app.platform.database import utc_now
from app.review.states import STATUSES
from app.scoring.rubric import Band

SUMS = text("""
SELECT name, key, amount FROM queue_figures
WHERE name IN ('status', 'band', 'unanswered', 'open_value')
    OR (name = 'submitted_on' AND key >= :midnight)
""")
# The sums are of days in UTC, but the desk's week seldom begins with one.
WEEKS_FIRST_HOURS = text("""
SELECT count(*) FROM queue_rows
WHERE submitted_at >= :began AND submitted_at < :midnight AND status NOT IN ('held', 'dismissed')
""")
# Counted from the rows: as a sum in queue_figures, a migration would have had to compute it.
LATE = text("SELECT count(*) FROM queue_rows WHERE late_since IS NOT NULL")
# For an even number of decisions, the mean of the two in the middle.
MEDIAN = text("""
SELECT avg(minutes) FROM (
    SELECT CAST(key AS int) AS minutes, amount, sum(amount) OVER () AS total,
        sum(amount) OVER (ORDER BY CAST(key AS int)) AS up_to
    FROM queue_figures WHERE name = 'minutes_to_decision' AND amount > 0
) AS decisions
WHERE 2 * up_to >= total AND 2 * (up_to - amount) <= total
""")


class Figures(msgspec.Struct, frozen=True):
    """Applications by status, and by band all that were ever scored; how many wait for an overdue
    answer, and how many for a reply to a message; the proposed value of the open ones, at fixed
    prices and per month, in cents by currency; the median time to a decision in minutes (None
    before the first); and how many were submitted since Monday began at the firm."""

    by_status: dict[str, int]
    by_band: dict[str, int]
    late: int
    unanswered: int
    fixed_cents: dict[str, int]
    monthly_cents: dict[str, int]
    median_minutes: int | None
    this_week: int

    @property
    def counts(self) -> dict[str, int]:
        """How many applications each view of the queue lists."""
        return count_by_view(self.by_status, late=self.late, unanswered=self.unanswered)

    def in_bands(self, bands: Sequence[Band]) -> list[int]:
        """How many are in each band, in the order of ``bands``."""
        return [self.by_band.get(band.name, 0) for band in bands]


def in_every_status(found: Mapping[str, int]) -> dict[str, int]:
    """How many are in each status, with 0 for those not found."""
    return dict.fromkeys(STATUSES, 0) | dict(found)


def count_by_view(by_status: Mapping[str, int], *, late: int, unanswered: int) -> dict[str, int]:
    """How many applications each view of the queue lists, from the counts by status; ``open`` and
    ``all`` are sums of these."""
    return {
        "open": sum(by_status[status] for status in OPEN),
        "late": late,
        "unanswered": unanswered,
        **by_status,
        "all": sum(by_status.values()),
    }


def queue_figures(session: Session) -> Figures:
    """The current figures."""
    began = week_began(utc_now(), current_calendar())
    midnight = _next_midnight(began)
    sums: dict[str, dict[str, int]] = {}
    for row in session.execute(SUMS, {"midnight": midnight.date().isoformat()}):
        sums.setdefault(row.name, {})[row.key] = row.amount
    first_hours = session.scalar(WEEKS_FIRST_HOURS, {"began": began, "midnight": midnight}) or 0
    median = session.scalar(MEDIAN)
    return Figures(
        by_status=in_every_status(sums.get("status", {})),
        by_band=sums.get("band", {}),
        late=session.scalar(LATE) or 0,
        unanswered=sums.get("unanswered", {}).get("all", 0),
        fixed_cents=_by_currency(sums.get("open_value", {}), "fixed"),
        monthly_cents=_by_currency(sums.get("open_value", {}), "monthly"),
        median_minutes=None if median is None else round(median),
        this_week=first_hours + sum(sums.get("submitted_on", {}).values()),
    )


def _next_midnight(at: datetime) -> datetime:
    """The first midnight in UTC that is not before ``at``, a time in UTC."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == at else midnight + timedelta(days=1)


def _by_currency(open_value: dict[str, int], billing: str) -> dict[str, int]:
    """The open value with this billing, without currencies whose sum is 0."""
    pairs = ((key.split(), cents) for key, cents in sorted(open_value.items()))
    return {currency: cents for (one, currency), cents in pairs if one == billing and cents}
