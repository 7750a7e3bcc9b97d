"""Which application an event is about."""

import uuid
from collections.abc import Iterable

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.queries import application_of
from app.events.models import StoredEvent


class Subject(msgspec.Struct, frozen=True):
    """The application that an event is about."""

    application_id: uuid.UUID
    company: str


def _named_in(data: object) -> object:
    """The application that a payload names, even if the payload was altered."""
    return data.get("application_id") if isinstance(data, dict) else None


def subjects_of(session: Session, events: Iterable[StoredEvent]) -> dict[int, Subject]:
    """The application that each event is about, by the event's position."""
    about = {
        event.position: application_of(event.stream, _named_in(event.data)) for event in events
    }
    rows = session.execute(
        select(Application.id, Application.company).where(Application.id.in_(about.values()))
    )
    subjects = {row.id: Subject(row.id, row.company) for row in rows}
    return {place: subjects[named] for place, named in about.items() if named in subjects}
