"""The read models of the staff's first page: a row for each application, and figures over them.

They say nothing that the log does not, so no other table refers to them, and they refer to none.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class QueueRow(Model):
    """An application with all that the queue shows of it, sorts and searches by.

    ``status`` is the application's, or "erased" where that came before a decision. ``rank`` is the
    score, or UNSCORED_RANK. ``kind`` is the engagement's, or else the recommended one;
    ``total_cents``, ``currency`` and ``billing`` are None before an engagement is proposed.
    ``strongest`` and ``weakest`` are the sentences of the criteria that speak most for it and
    against it. ``signals`` are those for which screening held it. ``late_since`` is when a promised
    answer fell due that has not been given yet, ``answered_at`` when the prospect answered a
    question and it is the firm's turn again, ``asked_at`` when they were asked the question that
    is open, ``unanswered_since`` when they wrote what nobody has replied to. ``notes`` is how many
    notes among staff there are to read, ``taken_by`` the actor of the staff who has taken it while
    it is undecided.
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
    """A sum over the rows of the queue: ``amount`` under a name and a key, like status/accepted.
    Each write of a row adds to it what the row adds."""

    __tablename__ = "queue_figures"

    name: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
