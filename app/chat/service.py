"""Queueing messages for the channel, and queueing refused ones again. Once the caller commits, a
worker is rung."""

import uuid

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.chat.models import ChatMessage
from app.chat.queries import has_channel
from app.chat.tasks import ring_courier
from app.events.types import RecordedEvent
from app.outbox.claims import queue_again
from app.platform.database import after_commit, new_id


def tell_channel(
    session: Session,
    *,
    kind: str,
    text: str,
    link: str,
    because: RecordedEvent,
    application_id: uuid.UUID | None = None,
) -> None:
    """Queue a line with a link of ours for the staff's channel, once per (event, kind). Does
    nothing if there is no channel."""
    if not has_channel():
        return
    session.execute(
        insert(ChatMessage)
        .values(
            id=new_id(),
            event_id=because.id,
            kind=kind,
            application_id=application_id,
            correlation_id=because.metadata.correlation_id,
            text=text,
            link=link,
        )
        .on_conflict_do_nothing(index_elements=["event_id", "kind"])
    )
    after_commit(session, ring_courier)


def send_failed_again(session: Session) -> int:
    """Queue again what the chat refused, because a person asked for it; return how many, 0 if there
    is no channel."""
    if not has_channel():
        return 0
    after_commit(session, ring_courier)
    return queue_again(session, ChatMessage)
