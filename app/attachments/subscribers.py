"""The attachments' subscriber: a person's files are erased with the person."""

from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.attachments.service import mark_all_removed
from app.events.types import RecordedEvent


def erase_attachments(session: Session, erased: RecordedEvent) -> None:
    """application.erased → the person's files are removed and lose their names; the sweep deletes
    them from storage."""
    mark_all_removed(session, get_application(session, erased.subject_id).draft_id)
