"""What a prospect and the staff write to each other, and the staff among themselves.

All of it is in the application's own stream, so that messages, questions, answers and decisions
have one order.
"""

from app.events.types import Event, event


@event("message.received", version=1, personal=("message",), stream="application")
class MessageReceived(Event, frozen=True):
    """The prospect wrote to the staff."""

    message: str


@event("message.sent", version=1, personal=("message",), stream="application")
class MessageSent(Event, frozen=True):
    """A member of staff wrote to the prospect."""

    message: str


@event("note.written", version=1, personal=("message",), stream="application")
class NoteWritten(Event, frozen=True):
    """A member of staff wrote a note for their colleagues, which the prospect is not shown."""

    message: str


@event("message.reply_due", version=1, stream="application")
class ReplyDue(Event, frozen=True):
    """The reply that the prospect was promised to a message is due."""
