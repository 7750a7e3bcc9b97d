"""The queue's subscribers."""

from sqlalchemy.orm import Session

from app.events.types import RecordedEvent
from app.firm.calendar import current_calendar, firm_date
from app.notifications.service import tell_staff
from app.platform.database import utc_now
from app.review.queue.morning import morning_letter
from app.review.queue.table import applications_of, keep_rows


def list_application(session: Session, changed: RecordedEvent) -> None:
    """Any event of an application or its engagement → its row in the queue is recomputed."""
    keep_rows(session, applications_of([changed]))


def tell_what_waits(session: Session, began: RecordedEvent) -> None:
    """working_day.began → what waits, to staff, unless nothing does, the day has become a holiday,
    or it is already over."""
    calendar = current_calendar()
    today = firm_date(utc_now(), calendar)
    if began.data.day != today.isoformat() or not calendar.is_working_day(today):
        return
    if letter := morning_letter(session, today, calendar):
        tell_staff(session, letter, because=began)
