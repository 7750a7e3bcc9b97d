"""The promise of a reply within one working day: what waits for one, by when, and if in vain."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationWithdrawn,
    MoreRequested,
)
from app.applications.promise import deadline_after
from app.events.schedule import due_time
from app.events.types import RecordedEvent
from app.messages.events import MessageReceived, MessageSent

# After one of these no message of the prospect waits for a reply.
REPLIES = (
    MessageSent,
    MoreRequested,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationWithdrawn,
    ApplicationErased,
)


def waiting_message(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    """The first message that nobody has replied to. ``events`` are those of the application, in
    their order; others among them don't matter."""
    waiting = None
    for recorded in events:
        if isinstance(recorded.data, REPLIES):
            waiting = None
        elif isinstance(recorded.data, MessageReceived) and waiting is None:
            waiting = recorded
    return waiting


def reply_due_at(session: Session, waiting: RecordedEvent) -> datetime:
    """By when it was promised a reply, in UTC."""
    # Before the subscriber has planned it, it is what it is going to plan.
    return due_time(session, reply_key(waiting)) or deadline_after(waiting.recorded_at)


def is_missed(due: RecordedEvent, events: Sequence[RecordedEvent]) -> bool:
    """Whether a message waited when that reply fell due."""
    return waiting_message([e for e in events if e.position < due.position]) is not None


def reply_key(message: RecordedEvent) -> str:
    """What the scheduled event is known by that follows from the message."""
    return f"reply_due:{message.id}"
