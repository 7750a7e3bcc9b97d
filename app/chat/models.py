"""What the staff's channel is told."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, new_id


class ChatMessage(Model):
    """One message for the channel, unique by (event, kind). ``text`` is a line as people read it;
    what it means to a chat is taken out on its way there. queued → sending (committed before the
    chat hears of it) → sent, or back to queued, or failed where the chat has refused it.
    ``asked_to_wait``: the chat has had too many, and gets none until ``not_before``."""

    __tablename__ = "chat_messages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("events.id"))
    kind: Mapped[str]
    application_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("applications.id"), index=True
    )
    correlation_id: Mapped[str]
    text: Mapped[str]
    link: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="queued")
    attempts: Mapped[int] = mapped_column(server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    asked_to_wait: Mapped[bool] = mapped_column(server_default="false")
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("status IN ('queued', 'sending', 'sent', 'failed')", name="status_known"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", name="sent_has_its_time"),
        CheckConstraint("status <> 'sending' OR claimed_at IS NOT NULL", name="sending_is_claimed"),
        Index("uq_chat_messages_event_kind", "event_id", "kind", unique=True),
        Index(
            "ix_chat_messages_unsent",
            "not_before",
            postgresql_where=sql_text("status IN ('queued', 'sending')"),
        ),
    )
