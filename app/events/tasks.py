"""The Celery tasks of the backbone. A task carries delivery ids and nothing else."""

from collections.abc import Sequence

from celery import shared_task
from flask import current_app

from app.events.canary import send_canary
from app.events.delivery.handling import deliver
from app.events.delivery.sending import send_all
from app.events.delivery.sweep import take_due_deliveries
from app.events.delivery.totals import add_to_totals, prune_tries
from app.events.due import record_due
from app.events.integrity.checkpoints import make_checkpoint
from app.events.subscription import current_subscriptions
from app.platform.database import db
from app.platform.retry import RetryPolicy
from app.platform.settings import current_config


def send_deliveries(delivery_ids: Sequence[int]) -> None:
    """Ask a worker to deliver. Raises what the broker's client raises, rather than reconnect."""
    deliver_events.apply_async((list(delivery_ids),), retry=False)


@shared_task(name="events.deliver", ignore_result=True)
def deliver_events(delivery_ids: list[int]) -> None:
    config = current_config()
    policy = RetryPolicy(
        base=config.DELIVERY_BACKOFF_SECONDS,
        cap=config.DELIVERY_BACKOFF_CAP_SECONDS,
        max_attempts=config.DELIVERY_MAX_ATTEMPTS,
    )
    deliver(
        db.session(),
        delivery_ids,
        current_subscriptions(),
        policy,
        current_app.extensions["lease_keeper"],
        send_deliveries,
        current_app.extensions["relay_at_hand"],
    )


@shared_task(name="events.sweep", ignore_result=True)
def sweep_deliveries() -> None:
    resend_after = current_config().RESEND_AFTER_SECONDS
    session = db.session()
    tasks = take_due_deliveries(session, resend_after=resend_after)
    send_all(session, tasks, send_deliveries)
    session.commit()


@shared_task(name="events.record_due", ignore_result=True)
def record_due_events() -> None:
    record_due(db.session())


@shared_task(name="events.release_canary", ignore_result=True)
def release_canary() -> None:
    send_canary(db.session())
    db.session.commit()


@shared_task(name="events.checkpoint", ignore_result=True)
def sign_checkpoint() -> None:
    make_checkpoint(db.session(), current_config().SECRET_KEY)
    db.session.commit()


@shared_task(name="events.count", ignore_result=True)
def count_deliveries() -> None:
    add_to_totals(db.session())
    db.session.commit()


@shared_task(name="events.prune_tries", ignore_result=True)
def prune_old_tries() -> None:
    prune_tries(db.session())
    db.session.commit()
