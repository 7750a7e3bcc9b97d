"""The Celery task of the ledger. It carries nothing: the rows say who is to be entered."""

from celery import shared_task

from app.attachments.address import current_ledger
from app.database import alone_at, db
from app.erasures.ledger import enter_erasures


@shared_task(name="erasures.enter", ignore_result=True)
def enter_in_ledger() -> None:
    with alone_at("erasures.enter") as is_alone:
        if is_alone:
            enter_erasures(db.session(), current_ledger())
