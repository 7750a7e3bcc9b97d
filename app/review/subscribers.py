"""The queue's part in the flow."""

import uuid
from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.applications.queries import application_of
from app.events.types import RecordedEvent
from app.review.queue_table import keep_rows


def list_application(session: Session, changed: RecordedEvent) -> None:
    """Whatever has happened to an application or its engagement → its row of the queue, anew."""
    keep_rows(session, applications_of([changed]))


def applications_of(events: Iterable[RecordedEvent]) -> list[uuid.UUID]:
    """The applications that the events are about, each once."""
    named = {application_of(e.stream, getattr(e.data, "application_id", None)) for e in events}
    return [application_id for application_id in named if application_id]
