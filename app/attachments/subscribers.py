"""The attachments' subscriber: a person's files are erased with the person."""

from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.attachments.service import erase_all
from app.events.types import RecordedEvent


def erase_attachments(session: Session, erased: RecordedEvent) -> None:
    """application.erased → the person's files are removed and lose their names; the sweep deletes
    them from storage."""
    erase_all(session, get_application(session, erased.subject_id).draft_id)
