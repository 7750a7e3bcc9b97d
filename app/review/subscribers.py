"""The queue's part in the flow."""

import uuid

from sqlalchemy.orm import Session

from app.events.types import RecordedEvent
from app.review.queue_table import keep_rows


def list_application(session: Session, changed: RecordedEvent) -> None:
    """Whatever has happened to an application or its engagement → its row of the queue, anew."""
    keep_rows(session, [application_id_of(changed)])


def application_id_of(recorded: RecordedEvent) -> uuid.UUID:
    """The application of an event in its own stream, or in its engagement's."""
    named: str | None = getattr(recorded.data, "application_id", None)
    return uuid.UUID(named) if named else recorded.subject_id
