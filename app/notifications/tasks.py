"""The Celery tasks that send mail. They carry nothing: the outbox says what is due."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from celery import shared_task
from flask import current_app
from sqlalchemy import text

from app.database import db
from app.notifications.mailer import count_due, put_back_orphans, send_next_mail, smtp_sender

MAILS_A_TASK = 20
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('notifications.mailer'))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtext('notifications.mailer'))")
log = structlog.get_logger()


def ring_mailer() -> None:
    """Ask a worker to look into the outbox. A lost ring costs one sweep, never a mail."""
    try:
        send_due_mail.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
        log.warning("mailer.broker_unreachable", error=type(error).__name__)


@shared_task(name="notifications.send_due_mail", ignore_result=True)
def send_due_mail() -> None:
    config = current_app.config["SITE"]
    smtp = smtp_sender(config.SMTP_URL)
    with only_mailer() as is_alone:
        if not is_alone:
            return
        put_back_orphans(db.session())
        for _ in range(MAILS_A_TASK):
            if not send_next_mail(
                db.session(), smtp, sender=config.MAIL_FROM, most=config.MAIL_MAX_ATTEMPTS
            ):
                break


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep_mail() -> None:
    if count_due(db.session()):
        ring_mailer()


@contextmanager
def only_mailer() -> Iterator[bool]:
    """Whether no other worker sends mail now: a mail server that hangs holds up one of them.

    The lock is the connection's, so a worker that dies has let go of it.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_alone = bool(connection.scalar(TRY_LOCK))
        try:
            yield is_alone
        finally:
            if is_alone:
                connection.execute(UNLOCK)
