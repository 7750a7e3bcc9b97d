"""The Celery tasks of the backbone. A task carries a delivery's id and nothing else."""

from celery import shared_task
from flask import current_app

from app.database import db
from app.events.delivery import RetryPolicy, deliver
from app.events.relay import send_all
from app.events.subscription import current_subscriptions
from app.events.sweep import take_due_deliveries


def send_delivery(delivery_id: int) -> None:
    """Ask a worker to deliver. Raises what the broker's client raises; never waits to reconnect."""
    deliver_event.apply_async((delivery_id,), retry=False)


@shared_task(name="events.deliver", ignore_result=True)
def deliver_event(delivery_id: int) -> str:
    config = current_app.config["SITE"]
    policy = RetryPolicy(
        first=config.DELIVERY_BACKOFF_SECONDS,
        cap=config.DELIVERY_BACKOFF_CAP_SECONDS,
        most=config.DELIVERY_MAX_ATTEMPTS,
    )
    return deliver(db.session(), delivery_id, current_subscriptions(), policy, send_delivery)


@shared_task(name="events.sweep", ignore_result=True)
def sweep_deliveries() -> int:
    resend_after = current_app.config["SITE"].RESEND_AFTER_SECONDS
    session = db.session()
    due = take_due_deliveries(session, resend_after=resend_after)
    sent = send_all(session, due, send_delivery)
    session.commit()
    return sent
