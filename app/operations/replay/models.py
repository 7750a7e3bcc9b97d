"""Replays: which dead letters somebody chose, and what became of each."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model, new_id


class Replay(Model):
    """A set of dead letters, frozen when it was chosen. chosen → started → finished; cancelled in
    between, it puts nothing more back and finishes with what is on its way."""

    __tablename__ = "replays"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    chosen_by: Mapped[str]
    chosen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    started_by: Mapped[str | None]
    started_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_replays_running",
            "started_at",
            postgresql_where=text("started_at IS NOT NULL AND finished_at IS NULL"),
        ),
        CheckConstraint("(started_at IS NULL) = (started_by IS NULL)", name="started_by_somebody"),
        CheckConstraint(
            "(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_somebody"
        ),
        CheckConstraint(
            "started_at IS NOT NULL OR (cancelled_at IS NULL AND finished_at IS NULL)",
            name="ends_after_its_start",
        ),
    )


class ReplayItem(Model):
    """One dead letter of the set, with the ``claim`` number that its delivery had: if that has
    moved on, somebody tried it since, and it is ``gone``. Otherwise it is ``put_back``, and ends as
    ``done`` or ``dead`` again."""

    __tablename__ = "replay_items"

    replay_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("replays.id"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), primary_key=True)
    claim: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="chosen")
    put_back_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    error: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_replay_items_open",
            "replay_id",
            "state",
            postgresql_where=text("state IN ('chosen', 'put_back')"),
        ),
        CheckConstraint(
            "state IN ('chosen', 'put_back', 'done', 'dead', 'gone')", name="state_known"
        ),
        CheckConstraint(
            "(state IN ('done', 'dead', 'gone')) = (settled_at IS NOT NULL)",
            name="settled_has_its_time",
        ),
        CheckConstraint(
            "(state IN ('chosen', 'gone')) = (put_back_at IS NULL)", name="put_back_has_its_time"
        ),
        CheckConstraint("(state = 'dead') = (error IS NOT NULL)", name="dead_has_its_error"),
    )
