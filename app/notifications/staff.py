"""Telling staff: a mail to each of them, and its subject with its link to their channel."""

import uuid

from flask import current_app
from sqlalchemy.orm import Session

from app.chat.queries import CHAT_CIRCUIT
from app.chat.service import tell_channel
from app.events.types import RecordedEvent
from app.notifications.letter import Letter
from app.notifications.outbox import write_to
from app.notifications.queries import MAIL_CIRCUIT


def tell_staff(
    session: Session,
    letter: Letter,
    *,
    because: RecordedEvent,
    application_id: uuid.UUID | None = None,
    away: str = "",
) -> None:
    """Have every address of STAFF_MAIL and the channel told, where there is one; not by the service
    whose circuit is ``away``, which could not tell of its own trouble."""
    if away != MAIL_CIRCUIT:
        for recipient in current_app.config["SITE"].staff_recipients:
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
