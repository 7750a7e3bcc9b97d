"""The queue's part in the flow."""

from sqlalchemy.orm import Session

from app.events.types import RecordedEvent
from app.review.queue.table import applications_of, keep_rows


def list_application(session: Session, changed: RecordedEvent) -> None:
    """Whatever has happened to an application or its engagement → its row of the queue, anew."""
    keep_rows(session, applications_of([changed]))
