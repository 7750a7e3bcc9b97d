"""What other domains may ask about messages to the channel."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.chat.models import ChatMessage
from app.outbox.queries import count_unsent_by_status
from app.platform.settings import current_config

# The circuit that is open while the chat is away.
CHAT_CIRCUIT = "chat"


class ChatFigures(msgspec.Struct, frozen=True):
    """How the channel is doing: messages that wait, the age of the oldest of these, messages that
    were refused, the last error among all of them, and whether the site (still) has a channel."""

    waiting: int
    oldest_seconds: float
    failed: int
    last_error: str | None
    sent_at: datetime | None
    is_on: bool

    @property
    def is_well(self) -> bool:
        """Whether nothing fails; a channel that is switched off is not in trouble."""
        return not self.is_on or not (self.failed or self.last_error)


# Of the messages that were sent, it reads only the latest.
FIGURES = text("""
SELECT count(*) FILTER (WHERE status <> 'failed') AS waiting,
    coalesce(extract(epoch FROM now() - min(created_at) FILTER (
        WHERE status <> 'failed')), 0)::float8 AS oldest_seconds,
    count(*) FILTER (WHERE status = 'failed') AS failed,
    (array_agg(last_error ORDER BY claimed_at DESC) FILTER (
        WHERE last_error IS NOT NULL))[1] AS last_error,
    (SELECT max(sent_at) FROM chat_messages) AS sent_at
FROM chat_messages WHERE status <> 'sent'
""")


def has_channel() -> bool:
    """Whether the site is set up to post to a channel."""
    return bool(current_config().CHAT_WEBHOOK_URL)


def chat_figures(session: Session) -> ChatFigures | None:
    """None if there is no channel, and nothing waits or was refused from when there was one."""
    row = session.execute(FIGURES).mappings().one()
    figures = ChatFigures(**row, is_on=has_channel())
    return figures if figures.is_on or figures.waiting or figures.failed else None


def chat_about(session: Session, application_id: uuid.UUID) -> Sequence[ChatMessage]:
    """Every message about the application, oldest first."""
    return session.scalars(
        select(ChatMessage).filter_by(application_id=application_id).order_by(ChatMessage.id)
    ).all()


def count_unsent_chat_by_status(session: Session) -> dict[str, int]:
    """Empty if there is no channel: nobody should be alerted about what waits then."""
    return count_unsent_by_status(session, ChatMessage) if has_channel() else {}


def chat_of_this_transaction(session: Session, newer_than: uuid.UUID) -> Sequence[ChatMessage]:
    """The messages that the session's transaction queued since this process made that id."""
    return session.scalars(
        select(ChatMessage)
        .where(ChatMessage.id > newer_than, ChatMessage.created_at == func.now())
        .order_by(ChatMessage.id)
    ).all()
