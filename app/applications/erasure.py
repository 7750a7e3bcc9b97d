"""Erasing a person: the key to their events is dropped, and their data removed from the tables.

The log itself stays unchanged. Other domains erase their part as subscribers of application.erased.
"""

import secrets
import uuid

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.applications.events import ApplicationErased
from app.applications.fold import APPLICATIONS
from app.applications.models import Application, Draft
from app.events.integrity.person_keys import drop_key
from app.events.store import record
from app.events.types import stream_of


class AlreadyErased(Exception):
    """The person has already been erased."""


def erase_person(session: Session, application_id: uuid.UUID, *, actor: str) -> None:
    """Erase what is stored about the person who sent the application. This can't be undone.

    Raises AlreadyErased. The prospect's link is kept, so that their page can say what happened;
    links into the draft stop working.
    """
    application = lock_unerased(session, application_id)
    person = application.draft_id
    session.execute(
        update(Draft)
        .where(Draft.id == person)
        .values(answers={}, resume_token=secrets.token_urlsafe(24))
    )
    drop_key(session, person)
    stream = stream_of("application", application_id)
    APPLICATIONS.advance(application, record(session, stream, ApplicationErased(), actor=actor))


def lock_unerased(session: Session, application_id: uuid.UUID) -> Application:
    """The application, locked. Raises AlreadyErased."""
    application = session.scalar(
        select(Application)
        .where(Application.id == application_id, Application.erased_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if application is None:
        raise AlreadyErased(application_id)
    return application
