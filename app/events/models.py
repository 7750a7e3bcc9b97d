"""The tables of the backbone: the append-only log, what each subscriber still owes it, and what is
to be recorded later."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import XID8, Model

UNSETTLED = "recorded_position IS NULL AND cancelled_at IS NULL"


class StoredEvent(Model):
    """One event: event store and outbox in one. A trigger refuses any change of its content;
    only ``relayed_at`` is ever set, once, when the relay has added its deliveries."""

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # The transaction that wrote it, or its stream's last one if that is later: see `log`.
    horizon: Mapped[int] = mapped_column(XID8, server_default=text("pg_current_xact_id()"))
    id: Mapped[uuid.UUID] = mapped_column(unique=True)
    stream: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    schema_version: Mapped[int]
    data: Mapped[dict[str, Any]]
    # `metadata` is SQLAlchemy's own name on a model.
    meta: Mapped[dict[str, Any]] = mapped_column("metadata")
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    relayed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_events_stream_version", "stream", "version", unique=True),
        Index("ix_events_horizon_position", "horizon", "position"),
        Index(
            "ix_events_unrelayed",
            "position",
            "stream",
            "version",
            postgresql_where=text("relayed_at IS NULL"),
        ),
        CheckConstraint("version > 0", name="version_positive"),
    )


class Delivery(Model):
    """One event for one subscriber. ``waiting`` until its handler's writes are committed with it,
    then ``done``; ``dead`` after the last try. Times: ``not_before`` delays a retry, ``sent_at`` is
    when a task was last sent for it (NULL: none since it became due)."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_position: Mapped[int] = mapped_column(ForeignKey("events.position"))
    subscriber: Mapped[str]
    stream: Mapped[str]
    stream_version: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=text("now()"))
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    event: Mapped[StoredEvent] = relationship()

    __table_args__ = (
        Index("uq_deliveries_event_subscriber", "event_position", "subscriber", unique=True),
        Index(
            "ix_deliveries_unfinished",
            "subscriber",
            "stream",
            "stream_version",
            postgresql_where=text("status <> 'done'"),
        ),
        Index(
            "ix_deliveries_due",
            "not_before",
            postgresql_where=text("status = 'waiting'"),
        ),
        CheckConstraint("status IN ('waiting', 'done', 'dead')", name="status_known"),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_has_its_time"),
        CheckConstraint("status <> 'dead' OR last_error IS NOT NULL", name="dead_has_its_error"),
    )


class ScheduledEvent(Model):
    """An event that is to be recorded at ``due_at``. ``recorded_position`` is its place in the log
    since, ``cancelled_at`` says that it never will be; ``key`` makes it unique."""

    __tablename__ = "scheduled_events"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    stream: Mapped[str]
    type: Mapped[str]
    schema_version: Mapped[int]
    data: Mapped[dict[str, Any]]
    meta: Mapped[dict[str, Any]] = mapped_column("metadata")
    due_at: Mapped[datetime]
    recorded_position: Mapped[int | None] = mapped_column(ForeignKey("events.position"))
    cancelled_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_scheduled_events_due", "due_at", "id", postgresql_where=text(UNSETTLED)),
        Index("ix_scheduled_events_stream", "stream", "due_at", postgresql_where=text(UNSETTLED)),
        CheckConstraint("recorded_position IS NULL OR cancelled_at IS NULL", name="one_way_to_end"),
    )
