"""Erasing the mail about a person: what was sent keeps its state and time, what was not is gone."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage


def erase_mail(session: Session, application: Application) -> None:
    """Erase all mail about the application, and the links that were sent to its draft."""
    links = read_stream(session, stream_of("draft", application.draft_id))
    about_them = or_(
        MailMessage.application_id == application.id, _because([str(link.id) for link in links])
    )
    session.execute(delete(MailMessage).where(about_them, MailMessage.status != "sent"))
    session.execute(
        update(MailMessage)
        .where(about_them)
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
