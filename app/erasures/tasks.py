"""The ledger's Celery task. It takes no arguments: the rows say whom to enter."""

from celery import shared_task

from app.erasures.ledger import enter_erasures
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.platform.storage.address import current_ledger


@shared_task(name="erasures.enter", ignore_result=True)
def enter_in_ledger() -> None:
    with alone_at("erasures.enter") as is_alone:
        if is_alone:
            enter_erasures(db.session(), current_ledger())
