"""Erasing mail about a person: a sent mail keeps only its status and times, others are deleted."""

import uuid

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.notifications.models import MailMessage
from app.notifications.queries import is_about_draft, is_about_person


def erase_mail_about_person(session: Session, application: Application) -> None:
    """Erase all mail about the application and its draft."""
    _erase(session, is_about_person(session, application))


def erase_mail_about_draft(session: Session, draft_id: uuid.UUID) -> None:
    """Erase the links and reminders that were sent for a draft."""
    _erase(session, is_about_draft(session, draft_id))


def _erase(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(delete(MailMessage).where(which, MailMessage.status != "sent"))
    session.execute(
        update(MailMessage)
        .where(which)
        .values(
            # The key has named the recipient.
            key=func.concat("erased:", MailMessage.id),
            recipient="",
            subject="Erased",
            text="",
            html="",
        )
    )
