"""The Celery tasks of outgoing webhooks. They carry nothing: the tables say what is due."""

from datetime import timedelta

import structlog
from celery import shared_task

from app.background.wake import wake
from app.events.rows import NewerEvent
from app.platform.database import db, utc_now
from app.platform.database.advisory_locks import alone_at
from app.platform.http_client.sender import Sender
from app.platform.settings import current_config
from app.webhooks.claims import count_due, requeue_orphans
from app.webhooks.courier import send_due_messages
from app.webhooks.fan_out import fan_out_events
from app.webhooks.retention import BATCH, KEPT_DAYS, forget_messages

# Even with the last answers and a slow resolver, this stays below a task's time limit.
COURIER_SECONDS = 12.0
log = structlog.get_logger()


def ring_courier() -> None:
    """Ask a worker to send what is due."""
    wake(send_messages)


@shared_task(name="webhooks.sweep", ignore_result=True)
def sweep_webhooks() -> None:
    """Create the messages of new events, and ring the courier if any message is due."""
    session = db.session()
    try:
        while fan_out_events(session):
            session.commit()
    except NewerEvent as newer:
        log.warning("webhooks.newer_release_needed", unreadable=str(newer))
    session.commit()
    if count_due(session):
        ring_courier()


@shared_task(name="webhooks.forget", ignore_result=True)
def forget_old_messages() -> None:
    before = utc_now() - timedelta(days=KEPT_DAYS)
    forgotten = BATCH
    while forgotten == BATCH:
        forgotten = forget_messages(db.session(), before)
        db.session.commit()


@shared_task(name="webhooks.send", ignore_result=True)
def send_messages() -> None:
    """Send what is due; after a while, queue again behind the worker's other tasks."""
    with alone_at("webhooks.courier") as is_alone:
        is_behind = is_alone and _send_for_a_while()
    if is_behind:
        ring_courier()


def _send_for_a_while() -> bool:
    """Send for ``COURIER_SECONDS``; return whether something is still due."""
    config = current_config()
    sender = Sender(allow_private=config.WEBHOOK_ALLOW_PRIVATE)
    requeue_orphans(db.session())
    send_due_messages(db.session(), sender.post, config.BASE_URL, seconds=COURIER_SECONDS)
    return count_due(db.session()) > 0
