"""The payments' Celery task. It takes no arguments: the rows say what to ask Stripe about."""

from celery import shared_task

from app.payments.stripe.reconciliation import fetch_missed_events, hear_again
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at


@shared_task(name="payments.reconcile", ignore_result=True)
def reconcile_payments() -> None:
    """Ask Stripe for events that no webhook has brought, and look again at those that came before
    the payment that they are about."""
    with alone_at("payments.reconcile") as is_alone:
        if is_alone:
            fetch_missed_events(db.session())
            hear_again(db.session())
