"""By when an application of the queue was promised an answer.

The schedule says it, not the log, and another subscriber keeps it: a column of the queue's own
could neither follow from an event nor be held against the log.
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import String, cast, func, select

from app.applications.events import AnswerDue
from app.applications.models import AWAITS_ANSWER
from app.events.models import ScheduledEvent
from app.review.queue.models import QueueRow

# Behind every promise: the place of what waits for no answer of the firm's.
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)

# None where nobody waits for an answer, or has waited too long: see QueueRow.late_since.
DUE_AT: Final = (
    select(func.min(ScheduledEvent.due_at))
    .where(
        # A decision shows at once, and what it cancels a moment later.
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
