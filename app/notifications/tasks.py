"""The Celery tasks that send mail. They take no arguments: the outbox says what is due."""

from celery import shared_task

from app.background.wake import wake
from app.firm.brand import current_brand
from app.notifications.courier import send_next_mail
from app.notifications.models import MailMessage
from app.notifications.smtp import smtp_sender
from app.outbox.claims import count_due
from app.outbox.sending import send_for_a_while
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.platform.retry import RetryPolicy
from app.platform.settings import current_config


def ring_courier() -> None:
    """Wake a worker to look into the outbox."""
    wake(send_due_mail)


@shared_task(name="notifications.send_due_mail", ignore_result=True)
def send_due_mail() -> None:
    """Send what is due for a while, then queue again behind other tasks. Only one worker at a time
    sends, so that a mail server that hangs can't hold up other work."""
    # The lock's name is older than the file's: workers of earlier releases use it too.
    with alone_at("notifications.mailer") as is_alone:
        is_behind = is_alone and _send_mail()
    if is_behind:
        ring_courier()


@shared_task(name="notifications.sweep", ignore_result=True)
def sweep_mail() -> None:
    if count_due(db.session(), MailMessage):
        ring_courier()


def _send_mail() -> bool:
    """Return whether there may be more to send."""
    config = current_config()
    smtp = smtp_sender(config.SMTP_URL)
    sender = config.MAIL_FROM or current_brand().mailbox
    policy = RetryPolicy(base=1.0, cap=300.0, max_attempts=config.MAIL_MAX_ATTEMPTS)
    return send_for_a_while(
        db.session(),
        MailMessage,
        lambda: send_next_mail(db.session(), smtp, sender=sender, policy=policy),
    )
