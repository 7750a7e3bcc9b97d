"""The read models of the staff's first page: a row for each application, and sums over the rows.

They hold nothing that does not follow from the log, so they have no foreign keys in either
direction.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class QueueRow(Model):
    """An application with everything that the queue shows, sorts and searches by.

    ``status`` is the application's, or "erased" if it was erased before a decision. ``rank`` is the
    score, or UNSCORED_RANK, or NEVER_SCORED_RANK. ``kind`` is the engagement's, or else the
    recommended one; ``total_cents``, ``currency`` and ``billing`` are None before an engagement is
    proposed, and once the application is no longer open without an offer having been made.
    ``strongest`` and ``weakest`` are the reasons of the criteria that speak most for it and against
    it. ``signals`` are those for which screening held it. ``late_since`` is when an overdue answer
    was due, ``answered_at`` when the prospect answered a question that the firm has not reacted to,
    ``asked_at`` when the open question was asked, ``unanswered_since`` when the prospect wrote a
    message that nobody has replied to. ``notes`` counts the staff's notes. ``taken_by`` is the
    actor of the member of staff who has taken it, while it is undecided.
    """

    __tablename__ = "queue_rows"

    application_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    reference: Mapped[str]
    name: Mapped[str]
    company: Mapped[str]
    search_text: Mapped[str]
    status: Mapped[str]
    is_open: Mapped[bool]
    rank: Mapped[int]
    band: Mapped[str | None]
    band_label: Mapped[str | None]
    strongest: Mapped[str | None]
    weakest: Mapped[str | None]
    kind: Mapped[str | None]
    total_cents: Mapped[int | None]
    currency: Mapped[str | None]
    billing: Mapped[str | None]
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    signals: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    late_since: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    unanswered_since: Mapped[datetime | None]
    notes: Mapped[int] = mapped_column(server_default=text("0"))
    taken_by: Mapped[str | None]

    __table_args__ = (
        Index("ix_queue_rows_best", "rank", "submitted_at", "application_id"),
        Index("ix_queue_rows_newest", "submitted_at", "application_id"),
        Index(
            "ix_queue_rows_open_best",
            "rank",
            "submitted_at",
            "application_id",
            postgresql_where=text("is_open"),
        ),
        Index(
            "ix_queue_rows_open_newest",
            "submitted_at",
            "application_id",
            postgresql_where=text("is_open"),
        ),
        Index(
            "ix_queue_rows_late",
            "application_id",
            postgresql_where=text("late_since IS NOT NULL"),
        ),
        Index(
            "ix_queue_rows_unanswered",
            "application_id",
            postgresql_where=text("unanswered_since IS NOT NULL"),
        ),
        Index("ix_queue_rows_taken", "taken_by", postgresql_where=text("taken_by IS NOT NULL")),
    )

    @property
    def is_monthly(self) -> bool:
        return self.billing == "monthly"

    @property
    def is_scored(self) -> bool:
        return self.band is not None


class QueueFigure(Model):
    """A sum over the rows of the queue: ``amount`` under a name and a key, such as status/accepted.
    Each write of a row also adds the row's change to the sums."""

    __tablename__ = "queue_figures"

    name: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
