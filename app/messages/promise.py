"""The promise of a reply within one working day: what waits for one, until when, and whether it was
missed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.applications.events import OfferChanged, OfferTakenBack
from app.applications.promise import SETTLED, deadline_after
from app.events.schedule import due_time
from app.events.types import RecordedEvent
from app.messages.events import MessageReceived, MessageSent

# After one of these, no message from the prospect waits for a reply.
REPLIES = (MessageSent, OfferChanged, OfferTakenBack, *SETTLED)


def waiting_message(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    """The first message that nobody has replied to. ``events`` are those of the application, in
    order; other events among them are ignored."""
    waiting = None
    for recorded in events:
        if isinstance(recorded.data, REPLIES):
            waiting = None
        elif isinstance(recorded.data, MessageReceived) and waiting is None:
            waiting = recorded
    return waiting


def reply_due_at(session: Session, waiting: RecordedEvent) -> datetime:
    """The time by which the message was promised a reply, in UTC."""
    # Until the subscriber has scheduled it, compute the time that it is going to schedule.
    return due_time(session, reply_key(waiting)) or deadline_after(waiting.recorded_at)


def is_reply_missed(due: RecordedEvent, events: Sequence[RecordedEvent]) -> bool:
    """Whether the message was still waiting whose reply fell due."""
    waiting = waiting_message([e for e in events if e.position < due.position])
    return waiting is not None and waiting.id == due.metadata.caused_by


def reply_key(message: RecordedEvent) -> str:
    """The key of the ReplyDue that is scheduled for the message."""
    return f"reply_due:{message.id}"
