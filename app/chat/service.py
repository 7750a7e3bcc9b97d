"""Having the channel told, and told again. Callers commit; then a worker is rung."""

import uuid

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.chat.models import ChatMessage
from app.chat.queries import has_channel
from app.chat.tasks import ring_courier
from app.database import after_commit, new_id
from app.events.types import RecordedEvent
from app.outbox.claims import queue_again


def tell_channel(
    session: Session,
    *,
    kind: str,
    text: str,
    link: str,
    because: RecordedEvent,
    application_id: uuid.UUID | None = None,
) -> None:
    """Put a line with a link of ours on its way to the staff's channel, once for each
    (event, kind); nothing where there is no channel."""
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
    """Queue what the chat has refused again, at a person's wish; return how many: 0 where there is
    no channel."""
    if not has_channel():
        return 0
    after_commit(session, ring_courier)
    return queue_again(session, ChatMessage)
