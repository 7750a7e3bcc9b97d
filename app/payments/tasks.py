"""The Celery task of payments. It carries nothing: Stripe is asked about the rows that wait."""

from celery import shared_task

from app.database import db
from app.database.advisory_locks import alone_at
from app.payments.reconciliation import fetch_missed_events


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile_payments() -> None:
    """Ask Stripe for what no webhook has brought."""
    with alone_at("payments.reconcile") as is_alone:
        if is_alone:
            fetch_missed_events(db.session())
