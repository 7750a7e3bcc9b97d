"""The Celery tasks that send mail. They carry nothing: the outbox says what is due."""

from celery import shared_task
from flask import current_app

from app.database import alone_at, db
from app.events.retry import RetryPolicy
from app.notifications.mailer import count_due, put_back_orphans, send_next_mail, smtp_sender
from app.wake import wake

MAILS_A_TASK = 20


def ring_mailer() -> None:
    """Have a worker look into the outbox."""
    wake(send_due_mail)


@shared_task(name="notifications.send_due_mail", ignore_result=True)
def send_due_mail() -> None:
    """Send what is due. One worker does: a mail server that hangs holds up no other work."""
    config = current_app.config["SITE"]
    smtp = smtp_sender(config.SMTP_URL)
    policy = RetryPolicy(first=1.0, cap=300.0, most=config.MAIL_MAX_ATTEMPTS)
    with alone_at("notifications.mailer") as is_alone:
        if not is_alone:
            return
        put_back_orphans(db.session())
        for _ in range(MAILS_A_TASK):
            if not send_next_mail(db.session(), smtp, sender=config.MAIL_FROM, policy=policy):
                break


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep_mail() -> None:
    if count_due(db.session()):
        ring_mailer()
