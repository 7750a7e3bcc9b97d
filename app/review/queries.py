"""What pages ask about an application: who was first."""

import uuid

from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationHeld,
    ApplicationReleased,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
)
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of

# Each of these raises the application's version by one; the submission made it 1.
CHANGES = (
    ApplicationHeld,
    ApplicationReleased,
    ApplicationDismissed,
    MoreRequested,
    MoreProvided,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationWithdrawn,
    ApplicationErased,
)


def changes_since(
    session: Session, application_id: uuid.UUID, seen_version: int
) -> list[RecordedEvent]:
    """What was released, decided, asked, answered, withdrawn or erased after the version that a
    reviewer saw, oldest first."""
    events = read_stream(session, stream_of("application", application_id))
    changes = [recorded for recorded in events if isinstance(recorded.data, CHANGES)]
    return changes[max(seen_version, 1) - 1 :]
