"""Sends what is in the mail outbox, one SMTP conversation per mail.

A repeat has the same Message-ID.
"""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.orm import Session

from app.circuits.guard import CircuitOpen, circuit
from app.notifications.models import MailMessage
from app.notifications.queries import (
    MAIL_CIRCUIT,
    earlier_mail,
    offers_what_no_longer_holds,
)
from app.notifications.smtp import (
    NotTaken,
    Smtp,
    Unclear,
    about_this_mail,
    deliverable,
    describe_failure,
)
from app.notifications.spans import sending_span
from app.outbox.claims import claim_next, discard_claimed, note_not_sent, note_sent
from app.platform.database import utc_now
from app.platform.retry import RetryPolicy

# RFC 5322 allows leaving out the References in the middle; the first identifies the thread.
MOST_REFERENCES = 10
# A mail that may have arrived is sent once more automatically; after that, a person decides.
MOST_UNCLEAR_TRIES = 2
MAY_HAVE_ARRIVED = "It may have arrived: "
log = structlog.get_logger()

NEXT_DUE = """
SELECT id FROM mail_messages
WHERE status = 'queued' AND not_before <= now() ORDER BY not_before LIMIT 1
FOR UPDATE SKIP LOCKED
"""


def send_next_mail(session: Session, smtp: Smtp, *, sender: str, policy: RetryPolicy) -> bool:
    """Claim one due mail and send it; return whether to go on, as there may be more.

    If the server can't be reached, refuses the login or answers 4xx, the mail is retried for ever,
    with backoff, and not while the server's circuit is open. If it refuses the mail (5xx), it is
    retried as often as the policy allows; then the mail is `failed` and staff see it. It also fails
    at its second try with an unclear outcome, whatever came between the two. A mail whose terms
    were changed or taken back while it was sent before is deleted.
    """
    mail = claim_next(session, MailMessage, NEXT_DUE, circuit=MAIL_CIRCUIT)
    if mail is None:
        return False
    if offers_what_no_longer_holds(session, mail):
        discard_claimed(session, mail)
        return True
    thread = earlier_mail(session, mail)
    session.commit()
    try:
        with sending_span(mail):
            with about_this_mail():
                message = _compose(mail, sender, thread)
            with circuit(MAIL_CIRCUIT, is_failure=is_outage):
                smtp(message)
    except (NotTaken, Unclear, OSError, ValueError, CircuitOpen, SoftTimeLimitExceeded) as error:
        return _note_failure(session, mail, error, policy)
    note_sent(session, mail)
    log.info("mail.sent", attempts=mail.attempts, **_trace(mail))
    return True


def is_outage(error: Exception) -> bool:
    """Whether the failure counts towards opening the mail server's circuit."""
    return not isinstance(error, NotTaken)


def _note_failure(
    session: Session, mail: MailMessage, error: Exception, policy: RetryPolicy
) -> bool:
    """Store the outcome of the try; return whether another mail might succeed."""
    is_refused, reason = False, describe_failure(error)
    if isinstance(error, NotTaken):
        is_refused, reason = error.is_for_good, str(error)
    refusals = mail.refusals + is_refused
    unclear_tries = mail.unclear_tries + isinstance(error, Unclear | SoftTimeLimitExceeded)
    if unclear_tries:
        reason = f"{MAY_HAVE_ARRIVED}{reason}"
    note_not_sent(
        session,
        mail,
        has_failed=(is_refused and refusals >= policy.max_attempts)
        or unclear_tries >= MOST_UNCLEAR_TRIES,
        delay=policy.delay(mail.attempts),
        error=reason,
        refusals=refusals,
        unclear_tries=unclear_tries,
    )
    log.warning("mail.not_sent", error=reason, attempts=mail.attempts, **_trace(mail))
    return isinstance(error, NotTaken)


def _trace(mail: MailMessage) -> dict[str, str]:
    return {"mail": str(mail.id), "template": mail.template, "correlation_id": mail.correlation_id}


def _compose(mail: MailMessage, sender: str, thread: Sequence[str]) -> EmailMessage:
    """The message. ``thread`` has the Message-IDs of earlier mail, so that mail programs show them
    as one conversation."""
    message = EmailMessage(policy=SMTP)
    message["From"] = deliverable(sender)
    message["To"] = deliverable(mail.recipient)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = mail.message_id
    if thread:
        first, *later = thread
        message["In-Reply-To"] = thread[-1]
        message["References"] = " ".join([first, *later[-(MOST_REFERENCES - 1) :]])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
