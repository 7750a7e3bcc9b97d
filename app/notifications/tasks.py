"""The Celery tasks that send mail. They carry nothing: the outbox says what is due."""

import structlog
from celery import shared_task
from flask import current_app

from app.database import db
from app.notifications.mailer import put_back_orphans, send_next_mail, smtp_sender

MAILS_A_TASK = 20
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
    for _ in range(MAILS_A_TASK):
        more = send_next_mail(
            db.session(), smtp, sender=config.MAIL_FROM, most=config.MAIL_MAX_ATTEMPTS
        )
        if not more:
            break


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep_mail() -> None:
    if put_back_orphans(db.session()):
        ring_mailer()
