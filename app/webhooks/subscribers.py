"""Webhooks' part in the flow. That they hear of all events is not: they follow the log."""

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.events.types import RecordedEvent

# A server may have said back what it was told.
EMPTY = text("""
UPDATE webhook_attempts SET answer = '' WHERE message_id IN (
    SELECT m.id FROM webhook_messages m JOIN events e ON e.id = m.event_id
    WHERE e.person_id = :person
)
""")


def erase_answers(session: Session, erased: RecordedEvent) -> None:
    """application.erased → nothing is kept of what servers answered to the person's data."""
    _empty(session, get_application(session, erased.subject_id).draft_id)


def erase_draft_answers(session: Session, discarded: RecordedEvent) -> None:
    """draft.discarded → the same for whoever began a form and sent none."""
    _empty(session, discarded.subject_id)


def _empty(session: Session, person: uuid.UUID) -> None:
    session.execute(EMPTY, {"person": person})
