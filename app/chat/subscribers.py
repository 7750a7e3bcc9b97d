"""The chat's own subscriber, which erases. Those that post messages are in `notifications`."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.chat.models import ChatMessage
from app.events.types import RecordedEvent


def erase_messages(session: Session, erased: RecordedEvent) -> None:
    """application.erased → messages that were sent keep their state and time, and lose their text;
    the others are deleted."""
    about = ChatMessage.application_id == erased.subject_id
    session.execute(delete(ChatMessage).where(about, ChatMessage.status != "sent"))
    session.execute(update(ChatMessage).where(about).values(text="Erased"))
