"""The tables of the backbone: the append-only log with the keys and signatures that guard it, the
deliveries to subscribers, and the events to be recorded later."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    or_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.platform.database import Model

PENDING = "recorded_position IS NULL AND cancelled_at IS NULL"


class StoredEvent(Model):
    """One event: event store and outbox in one. A trigger refuses any change to its content; only
    ``relayed_at`` is set later, once, when the relay has added its deliveries (but see `canary`).
    Personal fields are empty in ``data`` and stored in ``sealed``. Postgres sets ``hash``, see
    `chain`."""

    __tablename__ = "events"

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # The transaction that wrote it, or the horizon of its predecessor in the stream if that is
    # later: see `log`.
    horizon: Mapped[int] = mapped_column(
        BigInteger, server_default=text("log_horizon(pg_current_xact_id())")
    )
    id: Mapped[uuid.UUID] = mapped_column(unique=True)
    stream: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    schema_version: Mapped[int]
    data: Mapped[dict[str, Any]]
    # `metadata` is SQLAlchemy's own name on a model.
    meta: Mapped[dict[str, Any]] = mapped_column("metadata")
    person_id: Mapped[uuid.UUID | None]
    sealed: Mapped[bytes | None]
    hash: Mapped[bytes]
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
        # Finds what an event led to. One that a request recorded has no cause, and no entry here.
        Index(
            "ix_events_causation",
            text("(metadata ->> 'causation_id')"),
            postgresql_where=text("(metadata ->> 'causation_id') IS NOT NULL"),
        ),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("(sealed IS NULL) = (person_id IS NULL)", name="sealed_for_a_person"),
    )


class LogEpoch(Model):
    """A move of the log to another server, whose transaction ids start again: from then on a
    horizon is the transaction's id plus the latest ``shift``."""

    __tablename__ = "log_epochs"

    shift: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    since: Mapped[datetime] = mapped_column(server_default=text("now()"))


class PersonKey(Model):
    """The key that opens what events say about one person; NULL once they are erased."""

    __tablename__ = "person_keys"

    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[bytes | None]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(key IS NULL) = (erased_at IS NOT NULL)", name="erased_has_no_key"),
    )


class StoredCheckpoint(Model):
    """A signature over all events up to ``horizon``; see `checkpoints`."""

    __tablename__ = "checkpoints"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    horizon: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    signature: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Delivery(Model):
    """One event for one subscriber. ``waiting`` until its handler's writes commit with it, then
    ``done``; ``dead`` after the last failed try. ``attempts`` counts the tries; a replay begins
    again from 0. Nobody may try it before ``not_before``: it waits for a retry, or a worker has had
    it in hand since ``claimed_at`` (see `claims`). ``sent_at`` is when a task was sent for it
    (NULL: none is on its way)."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_position: Mapped[int] = mapped_column(ForeignKey("events.position"))
    subscriber: Mapped[str]
    stream: Mapped[str]
    stream_version: Mapped[int]
    status: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    claim: Mapped[int] = mapped_column(server_default="0")
    claimed_at: Mapped[datetime | None]
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
        # Rows are done roughly in the order they are stored in, so BRIN's few bytes for many pages
        # are enough.
        Index("ix_deliveries_done_at", "done_at", postgresql_using="brin"),
        CheckConstraint("status IN ('waiting', 'done', 'dead')", name="status_known"),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done_has_its_time"),
        CheckConstraint("status <> 'dead' OR last_error IS NOT NULL", name="dead_has_its_error"),
    )

    @hybrid_property
    def has_failed(self) -> bool:
        """Whether a try has failed. One in hand for the first time has ``attempts`` 1, no error."""
        return self.attempts > 1 or self.last_error is not None

    @has_failed.inplace.expression
    @classmethod
    def _has_failed_in_sql(cls) -> ColumnElement[bool]:
        return or_(cls.attempts > 1, cls.last_error.is_not(None))


class DeliveryTry(Model):
    """A failed try. Tries that ended their worker leave one row, after the last of them; the one
    that succeeds is described by the delivery's own ``claimed_at`` and ``done_at``. A replay counts
    from 1 again."""

    __tablename__ = "delivery_tries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    number: Mapped[int]
    claimed_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(index=True)
    error: Mapped[str]


class DeliveryTotals(Model):
    """How many deliveries a subscriber has done and how many tries failed, up to ``counted_until``;
    see `totals`."""

    __tablename__ = "delivery_totals"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    done: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    counted_until: Mapped[datetime]


class PausedSubscriber(Model):
    """A subscriber to which nothing is delivered for now."""

    __tablename__ = "paused_subscribers"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class CanaryArrival(Model):
    """When the canary last arrived; see `canary`."""

    __tablename__ = "canary_arrivals"

    event_position: Mapped[int] = mapped_column(ForeignKey("events.position"), primary_key=True)
    arrived_at: Mapped[datetime]


class ScheduledEvent(Model):
    """An event to be recorded at ``due_at``. ``recorded_position`` is its position in the log once
    it is recorded; after ``cancelled_at`` it never will be. ``key`` makes scheduling idempotent."""

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
        Index("ix_scheduled_events_due", "due_at", "id", postgresql_where=text(PENDING)),
        Index("ix_scheduled_events_stream", "stream", "due_at", postgresql_where=text(PENDING)),
        CheckConstraint("recorded_position IS NULL OR cancelled_at IS NULL", name="one_way_to_end"),
    )
