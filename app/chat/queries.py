"""What other domains may ask about messages to the channel."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.chat.models import ChatMessage

# The circuit that is open while the chat is away.
CHAT_CIRCUIT = "chat"


class ChatFigures(msgspec.Struct, frozen=True):
    """How the channel fares: messages that wait, the age of the oldest of these, messages that were
    refused, and the last error among all of them."""

    waiting: int
    oldest_seconds: float
    failed: int
    last_error: str | None
    sent_at: datetime | None


FIGURES = text("""
SELECT count(*) FILTER (WHERE status IN ('queued', 'sending')) AS waiting,
    coalesce(extract(epoch FROM now() - min(created_at) FILTER (
        WHERE status IN ('queued', 'sending'))), 0)::float8 AS oldest_seconds,
    count(*) FILTER (WHERE status = 'failed') AS failed,
    (array_agg(last_error ORDER BY claimed_at DESC) FILTER (
        WHERE last_error IS NOT NULL))[1] AS last_error,
    max(sent_at) AS sent_at
FROM chat_messages
""")


def chat_figures(session: Session) -> ChatFigures | None:
    """None where there is no channel, and nothing was ever said there."""
    figures = ChatFigures(**session.execute(FIGURES).mappings().one())
    is_in_use = current_app.config["SITE"].CHAT_WEBHOOK_URL or figures.waiting or figures.failed
    return figures if is_in_use else None


def chat_about(session: Session, application_id: uuid.UUID) -> Sequence[ChatMessage]:
    """Every message about the application, oldest first."""
    return session.scalars(
        select(ChatMessage).filter_by(application_id=application_id).order_by(ChatMessage.id)
    ).all()


def count_chat_by_status(session: Session) -> dict[str, int]:
    counts = {"queued": 0, "sending": 0, "sent": 0, "failed": 0}
    rows = session.execute(select(ChatMessage.status, func.count()).group_by(ChatMessage.status))
    return counts | dict(rows.all())


def chat_of_this_transaction(session: Session) -> Sequence[ChatMessage]:
    """What the session has put on its way since its transaction began."""
    return session.scalars(
        select(ChatMessage).where(ChatMessage.created_at == func.now()).order_by(ChatMessage.id)
    ).all()
