"""The chat's part in the flow, beside what it is told: it forgets."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.chat.models import ChatMessage
from app.events.types import RecordedEvent


def erase_messages(session: Session, erased: RecordedEvent) -> None:
    """application.erased → what was said keeps its state and time, what was not is gone."""
    about = ChatMessage.application_id == erased.subject_id
    session.execute(delete(ChatMessage).where(about, ChatMessage.status != "sent"))
    session.execute(update(ChatMessage).where(about).values(text="Erased"))
