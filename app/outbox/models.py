"""The columns and the constraints that all outboxes share."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

from app.platform.database import new_id


class OutboxRow:
    """One thing to send. queued → sending (committed before the other side hears of it) → sent, or
    back to queued until ``not_before``, or failed, until a person queues it again. ``attempts``
    counts every try since the row was written or last queued again by a person."""

    __tablename__: str

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("applications.id"), index=True
    )
    correlation_id: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def outbox_rules(table: str) -> tuple[SchemaItem, ...]:
    """The checks and indexes of an outbox, for its model's ``__table_args__``."""
    return (
        CheckConstraint("status IN ('queued', 'sending', 'sent', 'failed')", name="status_known"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_time"),
        CheckConstraint("status <> 'sending' OR claimed_at IS NOT NULL", name="sending_is_claimed"),
        Index(
            f"ix_{table}_unsent",
            "not_before",
            postgresql_where=text("status IN ('queued', 'sending')"),
        ),
        Index(f"ix_{table}_status", "status", postgresql_where=text("status <> 'sent'")),
    )
