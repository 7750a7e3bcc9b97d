"""The messages to the staff's channel."""

import uuid

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.outbox.models import OutboxRow, outbox_rules
from app.platform.database import Model


class ChatMessage(OutboxRow, Model):
    """One message for the channel, unique by (event, kind). ``text`` is a line as people read it,
    escaped only when it is sent. It has failed when the chat refused it. ``asked_to_wait``: the
    chat got too many messages, and gets none until ``not_before``."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        *outbox_rules(__tablename__),
        Index("uq_chat_messages_event_kind", "event_id", "kind", unique=True),
        Index("ix_chat_messages_sent_at", "sent_at"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("events.id"))
    kind: Mapped[str]
    text: Mapped[str]
    link: Mapped[str]
    asked_to_wait: Mapped[bool] = mapped_column(server_default="false")
