"""Applications' part in the flow: the promise of an answer within one working day."""

from sqlalchemy.orm import Session

from app.applications.events import AnswerDue
from app.applications.promise import PROSPECT_SPOKE, deadline_after, promise_key
from app.events.schedule import cancel, schedule
from app.events.store import read_stream
from app.events.types import RecordedEvent


def keep_promise(session: Session, recorded: RecordedEvent) -> None:
    """application.submitted, .more_provided → our answer falls due; .more_requested, .accepted,
    .declined → it has been given; .withdrawn, .erased → nobody waits for it. One subscriber, so
    that these are handled in their order."""
    if isinstance(recorded.data, PROSPECT_SPOKE):
        schedule(
            session,
            recorded.stream,
            AnswerDue(),
            at=deadline_after(recorded.recorded_at),
            key=promise_key(recorded),
            actor="system:applications.keep_promise",
        )
        return
    for earlier in read_stream(session, recorded.stream):
        if isinstance(earlier.data, PROSPECT_SPOKE) and earlier.version < recorded.version:
            cancel(session, promise_key(earlier))
