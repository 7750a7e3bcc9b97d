"""What other domains may ask about applications."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationReleased,
    ApplicationSubmitted,
    OfferChanged,
)
from app.applications.models import Application, Draft
from app.applications.reference import as_made
from app.events.store import count_recorded, read_stream
from app.events.types import RecordedEvent, stream_of

# What sets the terms of an offer.
Terms = ApplicationAccepted | OfferChanged


def get_application(session: Session, application_id: uuid.UUID) -> Application:
    """The application. Raises sqlalchemy.exc.NoResultFound for an unknown id."""
    return session.get_one(Application, application_id)


def share_lock_application(session: Session, application_id: uuid.UUID) -> Application:
    """The same, with a lock: nobody changes the row until the transaction ends."""
    return session.get_one(
        Application, application_id, with_for_update={"read": True}, populate_existing=True
    )


def find_application(session: Session, application_id: uuid.UUID) -> Application | None:
    return session.get(Application, application_id)


def find_draft(session: Session, draft_id: uuid.UUID) -> Draft | None:
    """The draft; None if it was deleted unsent."""
    return session.get(Draft, draft_id)


def find_application_by_reference(session: Session, reference: str) -> Application | None:
    """The application with that reference, however it was typed; None if there is none."""
    return session.scalar(select(Application).where(Application.reference == as_made(reference)))


def find_application_by_token(session: Session, token: str) -> Application | None:
    """The application that the prospect's own link opens; None for an unknown link."""
    if "\x00" in token:  # Postgres refuses it in a text
        return None
    return session.scalar(select(Application).where(Application.access_token == token))


def application_of(stream: str, named: object) -> uuid.UUID | None:
    """The application that an event is about: its stream's, or the one ``named`` in its payload.
    None if it is about none, or was tampered with."""
    kind, _, subject_id = stream.partition("-")
    try:
        return uuid.UUID(str(subject_id if kind == "application" else named))
    except ValueError:
        return None


def terms_in(events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """The acceptance and each change of its terms among the application's events."""
    return [recorded for recorded in events if isinstance(recorded.data, Terms)]


def holds_still(session: Session, application: Application, set_by: RecordedEvent) -> bool:
    """Whether the terms that the event has set are still those of the offer. The caller has the
    application locked."""
    present = terms_in(read_stream(session, set_by.stream))[-1]
    return application.status == "accepted" and present.id == set_by.id


def is_held_until_released(session: Session, sent: RecordedEvent) -> bool:
    """Whether ``sent`` is the submission of an application that was held. What other submissions
    trigger is then triggered by its release."""
    is_submission = isinstance(sent.data, ApplicationSubmitted)
    return is_submission and bool(get_application(session, sent.subject_id).signals)


def may_be_written_to(session: Session, application: Application) -> bool:
    """Whether mail may be sent to its address automatically: not if the application was held, until
    staff release it. Until then the address may be somebody else's."""
    if not application.signals:
        return True
    stream = stream_of("application", application.id)
    return count_recorded(session, stream, ApplicationReleased) > 0
