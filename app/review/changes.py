"""What has changed an application since a reviewer saw it."""

from collections.abc import Sequence

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
from app.events.types import RecordedEvent

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


def changes_since(events: Sequence[RecordedEvent], seen_version: int) -> list[RecordedEvent]:
    """What was released, decided, asked, answered, withdrawn or erased after the version that a
    reviewer saw, oldest first. ``events`` are those of the application, in their order; others
    among them don't matter."""
    changes = [recorded for recorded in events if isinstance(recorded.data, CHANGES)]
    return changes[max(seen_version, 1) - 1 :]


def last_change(events: Sequence[RecordedEvent]) -> RecordedEvent:
    """What closed an application. Where only a newer release can read that, the last event."""
    return (changes_since(events, 1) or events)[-1]
