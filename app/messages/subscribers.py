"""The messages' subscriber: it keeps the promise of a reply within one working day."""

from sqlalchemy.orm import Session

from app.applications.promise import deadline_after
from app.events.schedule import cancel, schedule
from app.events.store import read_stream
from app.events.types import RecordedEvent
from app.messages.events import MessageReceived, ReplyDue
from app.messages.promise import reply_key, waiting_message


def keep_reply_promise(session: Session, recorded: RecordedEvent) -> None:
    """message.received → ReplyDue is scheduled, unless an earlier message already waits for a
    reply; message.sent, application.more_requested, .accepted, .declined, .offer_changed,
    .offer_taken_back, .dismissed, .withdrawn, .erased → it is cancelled. It is one subscriber so
    that these events are handled in order."""
    so_far = read_stream(session, recorded.stream)[: recorded.version]
    if not isinstance(recorded.data, MessageReceived):
        for earlier in so_far:
            if isinstance(earlier.data, MessageReceived):
                cancel(session, reply_key(earlier))
        return
    waiting = waiting_message(so_far)
    if waiting and waiting.id == recorded.id:
        schedule(
            session,
            recorded.stream,
            ReplyDue(),
            at=deadline_after(recorded.recorded_at),
            key=reply_key(recorded),
            actor="system:messages.keep_reply_promise",
        )
