"""Puts mail into the outbox, and failed mail back into it. The caller commits, which wakes a
worker."""

import uuid

from sqlalchemy import ColumnElement, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.chat.queries import CHAT_CIRCUIT
from app.chat.service import tell_channel
from app.events.types import RecordedEvent
from app.notifications.letters.letter import Letter
from app.notifications.models import MailMessage
from app.notifications.queries import MAIL_CIRCUIT, WITH_TERMS
from app.notifications.spans import trace_writing
from app.notifications.tasks import ring_courier
from app.outbox.claims import queue_again
from app.platform.database import after_commit, new_id
from app.platform.settings import current_config


def write_to(
    session: Session,
    recipient: str,
    letter: Letter,
    *,
    because: RecordedEvent,
    application_id: uuid.UUID | None = None,
) -> None:
    """Put the letter into the outbox, once for each (event, template, recipient). A person who has
    been erased has no recipient left, and gets no mail."""
    if not recipient:
        return
    mail_id = new_id()
    domain = current_config().host
    written = session.scalar(
        insert(MailMessage)
        .values(
            id=mail_id,
            key=f"{because.id}:{letter.template}:{recipient}",
            application_id=application_id,
            correlation_id=because.metadata.correlation_id,
            template=letter.template,
            recipient=recipient,
            # A header is one line, whatever a name in it contains.
            subject=" ".join(letter.subject.split()),
            text=letter.text,
            html=letter.html,
            message_id=f"<{mail_id}@{domain}>",
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(MailMessage.id)
    )
    if written:
        trace_writing(session, mail_id, letter.template, because)
    after_commit(session, ring_courier)


def write_to_prospect(
    session: Session, application: Application, letter: Letter, *, because: RecordedEvent
) -> None:
    """Put the letter to whoever sent the application into the outbox, as `write_to` says."""
    write_to(session, application.email, letter, because=because, application_id=application.id)


def tell_staff(
    session: Session,
    letter: Letter,
    *,
    because: RecordedEvent,
    about: Application | None = None,
    away: str = "",
) -> None:
    """Tell every address in STAFF_MAIL and the chat channel, if there is one. ``away`` is the name
    of a circuit whose service is skipped, because it can't report its own outage."""
    application_id = about.id if about else None
    if away != MAIL_CIRCUIT:
        for recipient in current_config().staff_recipients:
            write_to(session, recipient, letter, because=because, application_id=application_id)
    if away != CHAT_CIRCUIT:
        tell_channel(
            session,
            kind=letter.template,
            text=f"{letter.subject}. {letter.in_brief}" if letter.in_brief else letter.subject,
            link=letter.action[1] if letter.action else "",
            because=because,
            application_id=application_id,
        )


def discard_unsent_offers(session: Session, application_id: uuid.UUID) -> None:
    """Delete the mail that offers the application's client terms and was not sent yet. Of what is
    just being sent there has to be a record; the courier does not send it a second time."""
    session.execute(
        delete(MailMessage).where(
            MailMessage.application_id == application_id,
            MailMessage.template.in_(WITH_TERMS),
            MailMessage.status.in_(("queued", "failed")),
        )
    )


def send_again(session: Session, mail_id: uuid.UUID) -> bool:
    """Queue a failed mail again, at a person's request; return False if it had not failed."""
    return bool(_send_again(session, MailMessage.id == mail_id))


def send_failed_mail_again(session: Session) -> int:
    """Queue all failed mail again; return how many."""
    return _send_again(session)


def _send_again(session: Session, *which: ColumnElement[bool]) -> int:
    after_commit(session, ring_courier)
    return queue_again(session, MailMessage, *which, refusals=0, unclear_tries=0)
