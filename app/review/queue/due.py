"""When the answer to an application in the queue is due.

That is in the schedule, which another subscriber maintains, and not in the log. So it can't be a
column of the queue: it would not follow from an event, and could not be verified against the log.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import String, cast, func, select

from app.applications.events import AnswerDue
from app.applications.models import AWAITS_ANSWER
from app.events.models import ScheduledEvent
from app.review.queue.models import QueueRow

# After every promise; used for applications that don't wait for an answer from the firm.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)

# NULL if nobody waits for an answer, or if it is late already: see QueueRow.late_since.
DUE_AT: Final = (
    select(func.min(ScheduledEvent.due_at))
    .where(
        # A decision is in the row immediately, but its cancellation of the schedule comes later.
        QueueRow.status.in_(AWAITS_ANSWER),
        ScheduledEvent.stream == "application-" + cast(QueueRow.application_id, String),
        ScheduledEvent.type == AnswerDue.type,
        ScheduledEvent.recorded_position.is_(None),
        ScheduledEvent.cancelled_at.is_(None),
    )
    .correlate(QueueRow)
    .scalar_subquery()
)
DUE_FIRST: Final = func.coalesce(QueueRow.late_since, DUE_AT, NEVER)
