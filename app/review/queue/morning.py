"""The morning mail: what waits for staff, once each working day, before its deadlines.

The next morning is scheduled like any reminder: if nothing runs at its time it comes late, and if
the scheduler fires twice it comes once.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.events.schedule import schedule
from app.events.types import stream_of
from app.firm.calendar import Calendar, firm_date, next_beginning
from app.notifications.letters.letter import Letter
from app.notifications.letters.staff_alerts import waiting_at_the_desk
from app.review.queue.due import DUE_AT
from app.review.queue.events import WorkingDayBegan
from app.review.queue.figures import queue_figures
from app.review.queue.models import QueueRow

ACTOR = "system:review"


def plan_next_morning(session: Session, now: datetime, calendar: Calendar) -> None:
    """Schedule the event of the next working day's beginning; a repeat changes nothing.

    Also of today's, if it is still to come: after an outage nobody has planned it the day before.
    """
    for after in (now - timedelta(days=1), now):
        begins_at = next_beginning(after, calendar)
        if begins_at is None or begins_at <= now:
            continue
        day = firm_date(begins_at, calendar).isoformat()
        stream = stream_of("working_day", day)
        schedule(session, stream, WorkingDayBegan(day=day), at=begins_at, key=stream, actor=ACTOR)


def morning_letter(session: Session, today: date, calendar: Calendar) -> Letter | None:
    """What waits for staff at the beginning of that day; None if nothing does."""
    figures = queue_figures(session)
    waiting = {
        "late": figures.late,
        "due_today": _due_by_the_end_of(today, session, calendar),
        "to_decide": figures.by_status["submitted"],
        "to_reply_to": figures.unanswered,
        "held": figures.by_status["held"],
    }
    if not any(waiting.values()):
        return None
    return waiting_at_the_desk(**waiting, until=calendar.day_ends)


def _due_by_the_end_of(day: date, session: Session, calendar: Calendar) -> int:
    """How many applications have an answer due by then that is not late yet."""
    ends_at = datetime.combine(day, calendar.day_ends, ZoneInfo(calendar.timezone)).astimezone(UTC)
    due = select(func.count()).select_from(QueueRow).where(ends_at >= DUE_AT)
    return session.scalar(due) or 0
