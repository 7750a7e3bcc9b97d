"""Erasing a person: the key that opens their events is dropped, and with it what the tables hold.

The log itself stays as it is. Other domains erase their part as subscribers of application.erased.
"""

import secrets
import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.applications.events import ApplicationErased
from app.applications.models import Application, Draft
from app.database import utc_now
from app.events.person_keys import drop_key
from app.events.store import record
from app.events.types import stream_of


class AlreadyErased(Exception):
    """There is nothing left of this person."""


def erase_person(session: Session, application_id: uuid.UUID, *, actor: str) -> None:
    """Erase what is stored about the person who sent the application. There is no way back.

    Raises AlreadyErased. Links in mails that were sent lead nowhere from now on.
    """
    person = session.execute(
        update(Application)
        .where(Application.id == application_id, Application.erased_at.is_(None))
        .values(
            name="",
            email="",
            company="",
            answers={},
            access_token=secrets.token_urlsafe(24),
            erased_at=utc_now(),
            version=Application.version + 1,
        )
        .returning(Application.draft_id)
    ).scalar_one_or_none()
    if person is None:
        raise AlreadyErased(application_id)
    session.execute(
        update(Draft)
        .where(Draft.id == person)
        .values(answers={}, resume_token=secrets.token_urlsafe(24))
    )
    drop_key(session, person)
    record(session, stream_of("application", application_id), ApplicationErased(), actor=actor)
