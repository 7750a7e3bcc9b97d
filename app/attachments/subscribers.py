"""Attachments' part in the flow: what a person sent goes when the person is erased."""

from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.attachments.service import erase_all
from app.events.types import RecordedEvent


def erase_attachments(session: Session, erased: RecordedEvent) -> None:
    """application.erased → no file of theirs is shown or named; the sweep has storage drop them."""
    erase_all(session, get_application(session, erased.subject_id).draft_id)
