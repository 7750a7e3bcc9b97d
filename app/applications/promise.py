"""The promise of an answer within one working day: when it is due, and whether it was missed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from app.applications.events import (
    AnswerDue,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationReleased,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
)
from app.events.schedule import due_time
from app.events.types import RecordedEvent
from app.firm.calendar import current_calendar, next_deadline

PROSPECT_SPOKE = (ApplicationSubmitted, MoreProvided)
# A release revives the promise that was given at the submission.
AWAITED_SINCE = (*PROSPECT_SPOKE, ApplicationReleased)
# After one of these nobody waits for an answer.
SETTLED = (
    MoreRequested,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationWithdrawn,
    ApplicationErased,
)


class Promise(msgspec.Struct, frozen=True):
    """An answer promised at ``given_at`` for ``due_at``, both in UTC, and still awaited."""

    given_at: datetime
    due_at: datetime
    is_missed: bool


def open_promise(session: Session, events: Sequence[RecordedEvent]) -> Promise | None:
    """The promise to a prospect who waits for an answer; None if nobody does. ``events`` are those
    of the application, in order; other events among them are ignored."""
    if not _is_awaited(events):
        return None
    spoke = _last_word(events)
    # Until the subscriber has scheduled it, compute the time that it is going to schedule.
    planned = due_time(session, promise_key(spoke)) or deadline_after(spoke.recorded_at)
    due = (event for event in events if isinstance(event.data, AnswerDue))
    missed = any(_was_promised_at(spoke, one, events) for one in due)
    return Promise(spoke.recorded_at, planned, missed)


def is_answer_missed(due: RecordedEvent, events: Sequence[RecordedEvent]) -> bool:
    """Whether the prospect was still waiting for the answer that fell due; ``events`` as above."""
    so_far = [earlier for earlier in events if earlier.position < due.position]
    return _is_awaited(so_far) and _was_promised_at(_last_word(so_far), due, so_far)


def deadline_after(moment: datetime) -> datetime:
    """The time one working day later in the firm's calendar, in UTC."""
    return next_deadline(moment, current_calendar())


def promise_key(spoke: RecordedEvent) -> str:
    """The key of the AnswerDue that is scheduled for the event ``spoke``."""
    return f"answer_due:{spoke.id}"


def _last_word(events: Sequence[RecordedEvent]) -> RecordedEvent:
    """The prospect's last word among the events."""
    return next(e for e in reversed(events) if isinstance(e.data, PROSPECT_SPOKE))


def _was_promised_at(
    spoke: RecordedEvent, due: RecordedEvent, events: Sequence[RecordedEvent]
) -> bool:
    """Whether the answer that fell due was promised at that word or, by a release, after it. An
    earlier promise that was kept can still fall due, if its cancellation has yet to be handled."""
    since = {event.id for event in events if event.position >= spoke.position}
    return due.metadata.caused_by in since


def _is_awaited(events: Sequence[RecordedEvent]) -> bool:
    """Whether an answer is awaited after the last of the events."""
    words = [e.data for e in events if isinstance(e.data, AWAITED_SINCE + SETTLED)]
    return bool(words) and isinstance(words[-1], AWAITED_SINCE)
