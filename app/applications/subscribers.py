"""The applications' subscriber: it keeps the promise of an answer within one working day."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.applications.events import AnswerDue, ApplicationReleased
from app.applications.promise import AWAITED_SINCE, PROSPECT_SPOKE, deadline_after, promise_key
from app.events.schedule import cancel, schedule
from app.events.store import read_stream
from app.events.types import RecordedEvent


def keep_promise(session: Session, recorded: RecordedEvent) -> None:
    """application.submitted, .more_provided → AnswerDue is scheduled; .more_requested, .accepted,
    .declined (we answered), .withdrawn, .erased, .dismissed (nobody waits) → it is cancelled;
    .released → the time from the submission holds again. It is one subscriber so that these events
    are handled in order."""
    if isinstance(recorded.data, PROSPECT_SPOKE):
        _plan(session, recorded, deadline_after(recorded.recorded_at))
        return
    earlier = [e for e in read_stream(session, recorded.stream) if e.version < recorded.version]
    if isinstance(recorded.data, ApplicationReleased):
        if not any(isinstance(e.data, AnswerDue) for e in earlier):
            cancel(session, promise_key(earlier[0]))
            _plan(session, recorded, deadline_after(earlier[0].recorded_at))
        return
    for event in earlier:
        if isinstance(event.data, AWAITED_SINCE):
            cancel(session, promise_key(event))


def _plan(session: Session, since: RecordedEvent, due_at: datetime) -> None:
    schedule(
        session,
        since.stream,
        AnswerDue(),
        at=due_at,
        key=promise_key(since),
        actor="system:applications.keep_promise",
    )
