"""The figures above the list of engagements."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.engagements.models import BINDING, Engagement


class Figures(msgspec.Struct, frozen=True):
    """How many engagements are in each status, and sums in cents by currency: what is on offer, at
    fixed prices and per month; what was ever agreed at fixed prices; the deposits due and the
    deposits paid. Monthly agreements have no sum, because they have no known end."""

    by_status: Counter[str]
    offered_fixed_cents: dict[str, int]
    offered_monthly_cents: dict[str, int]
    agreed_fixed_cents: dict[str, int]
    deposits_due_cents: dict[str, int]
    deposits_paid_cents: dict[str, int]


def engagement_figures(session: Session) -> Figures:
    """The current figures."""
    rows = session.execute(
        select(
            Engagement.status,
            Engagement.currency,
            (Engagement.quote["billing"].astext == "monthly").label("is_monthly"),
            func.count().label("engagements"),
            func.sum(Engagement.total_cents).label("total"),
            func.sum(Engagement.deposit_cents).label("deposit"),
        )
        .group_by("status", "currency", "is_monthly")
        .order_by("currency")
    ).all()
    fixed = [row for row in rows if not row.is_monthly]
    monthly = [row for row in rows if row.is_monthly]
    return Figures(
        by_status=_sums(rows, "status", "engagements"),
        offered_fixed_cents=_cents(fixed, "total", ["offered"]),
        offered_monthly_cents=_cents(monthly, "total", ["offered"]),
        agreed_fixed_cents=_cents(fixed, "total", BINDING),
        deposits_due_cents=_cents(rows, "deposit", ["accepted"]),
        deposits_paid_cents=_cents(rows, "deposit", ["active"]),
    )


def _cents(rows: Sequence[Row[Any]], column: str, statuses: Collection[str]) -> dict[str, int]:
    """The sum of the column over the rows with these statuses, by currency."""
    return dict(_sums([row for row in rows if row.status in statuses], "currency", column))


def _sums(rows: Sequence[Row[Any]], key: str, column: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[getattr(row, key)] += getattr(row, column)
    return sums
