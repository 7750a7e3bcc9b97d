"""Who is sent what: endpoints, a message for each event that one wants, and each try to send it."""

import uuid
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Staff
from app.events.models import StoredEvent
from app.platform.database import Model, new_id


class WebhookEndpoint(Model):
    """A server that wants events. ``event_types`` are their names on the wire; an empty list means
    every type. The secret is stored in the clear, since it has to sign. After a rotation the
    previous one also signs until it expires, and so do ``older_secrets`` (secret → expiry), which
    were replaced within that time. ``status_since`` is when it was enabled or disabled.
    """

    __tablename__ = "webhook_endpoints"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    url: Mapped[str]
    description: Mapped[str]
    event_types: Mapped[list[str]]
    with_personal: Mapped[bool]
    secret: Mapped[str]
    previous_secret: Mapped[str | None]
    previous_secret_until: Mapped[datetime | None]
    older_secrets: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"), default=dict)
    status: Mapped[str] = mapped_column(server_default="enabled", default="enabled")
    status_since: Mapped[datetime] = mapped_column(server_default=text("now()"))
    disabled_because: Mapped[str | None]
    failures_in_a_row: Mapped[int] = mapped_column(server_default="0", default=0)
    created_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    created_by: Mapped[Staff] = relationship()

    __table_args__ = (
        CheckConstraint("status IN ('enabled', 'disabled')", name="status_known"),
        CheckConstraint(
            "disabled_because IN ('failing', 'gone', 'staff')", name="disabled_because_known"
        ),
        CheckConstraint(
            "(status = 'disabled') = (disabled_because IS NOT NULL)", name="disabled_has_its_reason"
        ),
        CheckConstraint(
            "(previous_secret IS NULL) = (previous_secret_until IS NULL)",
            name="previous_secret_has_its_end",
        ),
    )

    @property
    def host(self) -> str:
        """The server's name, without the rest of its address, which may be confidential."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_enabled(self) -> bool:
        return self.status == "enabled"

    def replaced_secrets(self, at: datetime) -> dict[str, datetime]:
        """The earlier secrets that still sign at that time, each with its expiry."""
        ends = {one: datetime.fromisoformat(end) for one, end in self.older_secrets.items()}
        if self.previous_secret and self.previous_secret_until:
            ends[self.previous_secret] = self.previous_secret_until
        return {one: end for one, end in ends.items() if at < end}


class WebhookMessage(Model):
    """One event for one endpoint. waiting → sending (committed before the server hears of it) →
    delivered, or back to waiting until ``next_try_at``, or failed when its tries are used up.
    ``tries`` counts from when the message was created or last replayed."""

    __tablename__ = "webhook_messages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("events.id"))
    endpoint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webhook_endpoints.id", ondelete="CASCADE")
    )
    status: Mapped[str] = mapped_column(server_default="waiting", default="waiting")
    tries: Mapped[int] = mapped_column(server_default="0", default=0)
    next_try_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    event: Mapped[StoredEvent] = relationship()
    endpoint: Mapped[WebhookEndpoint] = relationship()

    __table_args__ = (
        Index("uq_webhook_messages_event_endpoint", "event_id", "endpoint_id", unique=True),
        Index("ix_webhook_messages_latest", "endpoint_id", "created_at", "id"),
        Index(
            "ix_webhook_messages_unfinished",
            "endpoint_id",
            "next_try_at",
            postgresql_where=text("status IN ('waiting', 'sending')"),
        ),
        Index(
            "ix_webhook_messages_undelivered",
            "endpoint_id",
            "status",
            postgresql_where=text("status <> 'delivered'"),
        ),
        CheckConstraint(
            "status IN ('waiting', 'sending', 'delivered', 'failed')", name="status_known"
        ),
        CheckConstraint("status <> 'sending' OR claimed_at IS NOT NULL", name="sending_is_claimed"),
    )


class WebhookTry(Model):
    """One try to send a message: the status that the server answered with, or the kind of error
    that kept it from answering. ``answer`` is the beginning of what it said, for people to read."""

    # Its original name: while two releases run side by side, the older one knows no other.
    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    message_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("webhook_messages.id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    http_status: Mapped[int | None]
    error: Mapped[str | None]
    answer: Mapped[str]

    __table_args__ = (
        CheckConstraint(
            "(http_status IS NULL) <> (error IS NULL)", name="has_a_status_or_an_error"
        ),
    )


class WebhookPlace(Model):
    """The place in the log up to which events have their messages; its one row is created with the
    first endpoint."""

    __tablename__ = "webhook_place"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    horizon: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
