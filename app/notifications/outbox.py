"""Putting a letter into the outbox, in the transaction of whoever writes it."""

import uuid

from flask import current_app
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.database import after_commit, new_id
from app.events.types import RecordedEvent
from app.notifications.letter import Letter
from app.notifications.models import MailMessage
from app.notifications.spans import trace_writing
from app.notifications.tasks import ring_mailer


def write_to(
    session: Session,
    recipient: str,
    letter: Letter,
    *,
    because: RecordedEvent,
    application_id: uuid.UUID | None = None,
) -> None:
    """Put the letter into the outbox, once for each (event, template, recipient); for a person who
    has been erased meanwhile there is no recipient, and no mail."""
    if not recipient:
        return
    mail_id = new_id()
    domain = current_app.config["SITE"].host
    written = session.scalar(
        insert(MailMessage)
        .values(
            id=mail_id,
            key=f"{because.id}:{letter.template}:{recipient}",
            application_id=application_id,
            correlation_id=because.metadata.correlation_id,
            template=letter.template,
            recipient=recipient,
            # A header is one line, whatever somebody is called.
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
    after_commit(session, ring_mailer)
