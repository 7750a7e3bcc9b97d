"""The Celery task that ends old drafts. It takes no arguments: the rows say what is due."""

from celery import shared_task

from app.applications.drafts.end import delete_old_drafts, remind_of_drafts
from app.platform.database import db
from app.platform.settings import current_config


@shared_task(name="applications.end_drafts", ignore_result=True)
def end_drafts() -> None:
    config = current_config()
    limits = {"days": config.DRAFT_DAYS, "days_before": config.DRAFT_REMINDER_DAYS}
    # Deletion comes first, as it is promised to everybody: a failing reminder can't hold it up.
    delete_old_drafts(db.session(), **limits)
    if config.DRAFT_REMINDER_DAYS:
        remind_of_drafts(db.session(), **limits)
