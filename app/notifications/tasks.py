"""The Celery tasks that send mail. They carry nothing: the outbox says what is due."""

import time

from celery import shared_task
from flask import current_app

from app.database import alone_at, db
from app.events.retry import RetryPolicy
from app.firm.brand import current_brand
from app.notifications.mailer import send_next_mail
from app.notifications.models import MailMessage
from app.notifications.smtp import smtp_sender
from app.outbox.claims import count_due, put_back_orphans
from app.wake import wake

# With the last mail to a slow server it stays below the time limit of a task.
WORK_SECONDS = 15.0


def ring_mailer() -> None:
    """Have a worker look into the outbox."""
    wake(send_due_mail)


@shared_task(name="notifications.send_due_mail", ignore_result=True)
def send_due_mail() -> None:
    """Send what is due, and after a while leave the worker to others first. One worker does: a
    mail server that hangs holds up no other work."""
    with alone_at("notifications.mailer") as is_alone:
        is_behind = is_alone and _send_for_a_while()
    if is_behind:
        ring_mailer()


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep_mail() -> None:
    if count_due(db.session(), MailMessage):
        ring_mailer()


def _send_for_a_while() -> bool:
    """Send for ``WORK_SECONDS``; return whether there may be more."""
    config = current_app.config["SITE"]
    smtp = smtp_sender(config.SMTP_URL)
    sender = config.MAIL_FROM or current_brand().mailbox
    policy = RetryPolicy(first=1.0, cap=300.0, most=config.MAIL_MAX_ATTEMPTS)
    put_back_orphans(db.session(), MailMessage)
    until = time.monotonic() + WORK_SECONDS
    while time.monotonic() < until:
        if not send_next_mail(db.session(), smtp, sender=sender, policy=policy):
            return False
    return True
