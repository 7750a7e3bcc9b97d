"""The Celery task that schedules the next morning. It takes no arguments: the firm's calendar says
when that is."""

from celery import shared_task

from app.firm.calendar import current_calendar
from app.platform.database import db, utc_now
from app.review.queue.morning import plan_next_morning


@shared_task(name="review.plan_morning", ignore_result=True)
def plan_morning() -> None:
    plan_next_morning(db.session(), utc_now(), current_calendar())
    db.session.commit()
