"""The Celery task that deletes where submissions came from."""

from celery import shared_task

from app.platform.database import db
from app.screening.origins import forget_origins


@shared_task(name="screening.forget_origins", ignore_result=True)
def forget_old_origins() -> None:
    forget_origins(db.session())
    db.session.commit()
