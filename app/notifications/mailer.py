"""Sending what the mail outbox holds, one SMTP conversation at a time.

A repeat goes out under the same Message-ID.
"""

import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy.orm import Session

from app.circuits.guard import CircuitOpen, circuit
from app.database import utc_now
from app.events.retry import RetryPolicy
from app.notifications.models import MailMessage
from app.notifications.queries import MAIL_CIRCUIT, earlier_mail
from app.notifications.spans import sending_span
from app.outbox.claims import claim_next, note_not_sent, note_sent

SMTP_TIMEOUT = 10
# A reader who has none of these knows the first: RFC 5322 lets the ones between be left out.
MOST_REFERENCES = 10
LEAVING = 421
log = structlog.get_logger()

NEXT_DUE = """
SELECT id FROM mail_messages
WHERE status = 'queued' AND not_before <= now() ORDER BY not_before LIMIT 1
FOR UPDATE SKIP LOCKED
"""

Smtp = Callable[[EmailMessage], None]


def send_next_mail(session: Session, smtp: Smtp, *, sender: str, policy: RetryPolicy) -> bool:
    """Claim one due mail and send it; return whether to go on, as there may be more.

    A server that can't be reached, or answers 4xx, is tried again for ever, ever more rarely, and
    left alone while its circuit is open; one that refuses the mail (5xx) as often as the
    policy allows, after which the mail is `failed` and staff see it.
    """
    mail = claim_next(session, MailMessage, NEXT_DUE, circuit=MAIL_CIRCUIT)
    if mail is None:
        return False
    thread = earlier_mail(session, mail)
    session.commit()
    trace = {"mail": str(mail.id), "template": mail.template, "correlation_id": mail.correlation_id}
    try:
        with sending_span(mail):
            message = _compose(mail, sender, thread)
            with circuit(MAIL_CIRCUIT, is_failure=is_outage):
                smtp(message)
    except (OSError, smtplib.SMTPException, ValueError, CircuitOpen) as error:
        refusals = mail.refusals + is_refusal(error)
        note_not_sent(
            session,
            mail,
            has_failed=is_refusal(error) and refusals >= policy.most,
            delay=policy.delay(mail.attempts),
            error=describe_failure(error),
            refusals=refusals,
        )
        log.warning("mail.not_sent", error=type(error).__name__, attempts=mail.attempts, **trace)
        return is_about_mail(error)
    note_sent(session, mail)
    log.info("mail.sent", attempts=mail.attempts, **trace)
    return True


def smtp_sender(url: str) -> Smtp:
    """What sends through the server at ``url``: smtp://, smtp+starttls:// or smtps://, with
    user:password@ where the server wants it."""
    address = urlsplit(url)
    host, secure = address.hostname or "localhost", address.scheme == "smtps"
    port = address.port or (465 if secure else 587 if address.scheme == "smtp+starttls" else 25)
    # Once: it reads every certificate authority that the machine trusts.
    context = None if address.scheme == "smtp" else ssl.create_default_context()
    connect = partial(smtplib.SMTP_SSL, context=context) if secure else smtplib.SMTP

    def send(message: EmailMessage) -> None:
        server = connect(host, port, timeout=SMTP_TIMEOUT)
        try:
            if address.scheme == "smtp+starttls":
                server.starttls(context=context)
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(message)
        finally:
            # A mail that was taken stays taken, however the server says goodbye.
            with suppress(OSError):
                server.quit()

    return send


def is_about_mail(error: Exception) -> bool:
    """Whether another mail may fare better: the server was there, or was not even asked."""
    about_mail = smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
    return isinstance(error, about_mail) or is_refusal(error)


def is_outage(error: Exception) -> bool:
    """Whether the server is in trouble: not reached, too slow, or leaving (421)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == LEAVING for code, _ in error.recipients.values())
    return getattr(error, "smtp_code", None) == LEAVING or not is_about_mail(error)


def is_refusal(error: Exception) -> bool:
    """Whether no later try can end otherwise: the server said no for good (5xx), or can't take
    such an address at all."""
    if isinstance(error, smtplib.SMTPNotSupportedError | ValueError):
        return True
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def describe_failure(error: Exception) -> str:
    """The kind of failure and the server's code, without the addresses that it quotes."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    return f"{type(error).__name__}{f' ({code})' if code else ''}"


def _compose(mail: MailMessage, sender: str, thread: Sequence[str]) -> EmailMessage:
    """``thread`` holds the Message-IDs of what was sent before, so that mail programs keep it
    together."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = mail.message_id
    if thread:
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join((thread[0], *thread[1:][1 - MOST_REFERENCES :]))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
