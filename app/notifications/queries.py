"""What other domains may ask about mail."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.notifications.models import MailMessage
from app.outbox.queries import count_unsent_by_status

# The circuit that is open while the mail server is away.
MAIL_CIRCUIT = "smtp"


def mail_about(session: Session, application_id: uuid.UUID) -> Sequence[MailMessage]:
    """Every mail about the application, oldest first."""
    return session.scalars(
        select(MailMessage)
        .where(MailMessage.application_id == application_id)
        .order_by(MailMessage.created_at, MailMessage.id)
    ).all()


def earlier_mail(session: Session, mail: MailMessage) -> Sequence[str]:
    """The Message-IDs of all mail about the same application to the same recipient before this one,
    oldest first: the thread that it belongs to."""
    if mail.application_id is None:
        return []
    return session.scalars(
        select(MailMessage.message_id)
        .where(
            MailMessage.application_id == mail.application_id,
            MailMessage.recipient == mail.recipient,
            tuple_(MailMessage.created_at, MailMessage.id) < (mail.created_at, mail.id),
        )
        .order_by(MailMessage.created_at, MailMessage.id)
    ).all()


def count_unsent_mail_by_status(session: Session) -> dict[str, int]:
    """How much mail waits, is being sent, or was refused for good."""
    return count_unsent_by_status(session, MailMessage)


def mail_of_this_transaction(session: Session) -> Sequence[MailMessage]:
    """What the session has put into the outbox since its transaction began."""
    return session.scalars(
        select(MailMessage).where(MailMessage.created_at == func.now()).order_by(MailMessage.id)
    ).all()
