"""Erasing the mail about a person: what was sent keeps its state and time, what was not is gone."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage


def erase_mail(session: Session, application: Application) -> None:
    """Erase all mail about the application and about its draft."""
    about_draft = _about_draft(session, application.draft_id)
    _erase(session, or_(MailMessage.application_id == application.id, about_draft))


def erase_mail_about_draft(session: Session, draft_id: uuid.UUID) -> None:
    """Erase the links and reminders that were sent for a draft."""
    _erase(session, _about_draft(session, draft_id))


def _about_draft(session: Session, draft_id: uuid.UUID) -> ColumnElement[bool]:
    events = read_stream(session, stream_of("draft", draft_id))
    return _because([str(recorded.id) for recorded in events])


def _erase(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(delete(MailMessage).where(which, MailMessage.status != "sent"))
    session.execute(
        update(MailMessage)
        .where(which)
        .values(
            # Its key named the recipient.
            key=func.concat("erased:", MailMessage.id),
            recipient="",
            subject="Erased",
            text="",
            html="",
        )
    )


def _because(event_ids: Sequence[str]) -> ColumnElement[bool]:
    return func.split_part(MailMessage.key, ":", 1).in_(event_ids)
