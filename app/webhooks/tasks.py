"""The Celery tasks of outgoing webhooks. They carry nothing: the tables say what is due."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import shared_task
from flask import current_app
from sqlalchemy import text

from app.database import db
from app.webhooks.claims import count_due, put_back_orphans
from app.webhooks.courier import send_due_messages
from app.webhooks.fan_out import fan_out_events
from app.webhooks.sender import Sender

# With the last answers and a slow resolver it stays below the time limit of a task.
COURIER_SECONDS = 12.0
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('webhooks.courier'))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtext('webhooks.courier'))")
log = structlog.get_logger()


def ring_courier() -> None:
    """Ask a worker to send what is due. A lost ring costs one sweep, never a message."""
    try:
        send_messages.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
        log.warning("courier.broker_unreachable", error=type(error).__name__)


@shared_task(name="webhooks.sweep", ignore_result=True)
def sweep_webhooks() -> None:
    """Make the messages of new events, and ring where one is due."""
    session = db.session()
    may_be_more = True
    while may_be_more:
        may_be_more = fan_out_events(session)
        session.commit()
    if count_due(session):
        ring_courier()


@shared_task(name="webhooks.send", ignore_result=True)
def send_messages() -> None:
    config = current_app.config["SITE"]
    sender = Sender(allow_private=config.WEBHOOK_ALLOW_PRIVATE)
    with only_courier() as is_alone:
        if not is_alone:
            return
        put_back_orphans(db.session())
        send_due_messages(db.session(), sender.post, config.BASE_URL, seconds=COURIER_SECONDS)


@contextmanager
def only_courier() -> Iterator[bool]:
    """Whether no other worker sends webhooks now.

    The lock is the connection's, so a worker that dies has let go of it.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_alone = bool(connection.scalar(TRY_LOCK))
        try:
            yield is_alone
        finally:
            if is_alone:
                connection.execute(UNLOCK)
