"""The payments' Celery task. It takes no arguments: the rows say what to ask Stripe about."""

from celery import shared_task

from app.payments.reconciliation import fetch_missed_events
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile_payments() -> None:
    """Ask Stripe for events that no webhook has brought."""
    with alone_at("payments.reconcile") as is_alone:
        if is_alone:
            fetch_missed_events(db.session())
