"""The payments' Celery task. It takes no arguments: the rows say what to ask Stripe about."""

from celery import shared_task

from app.database import db
from app.database.advisory_locks import alone_at
from app.payments.reconciliation import fetch_missed_events


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile_payments() -> None:
    """Ask Stripe for events that no webhook has brought."""
    with alone_at("payments.reconcile") as is_alone:
        if is_alone:
            fetch_missed_events(db.session())
