"""Which application an event is about."""

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.models import StoredEvent


class Subject(msgspec.Struct, frozen=True):
    """The application that an event is about."""

    application_id: uuid.UUID
    company: str


def application_of(stream: str, data: dict[str, Any]) -> uuid.UUID | None:
    """The application that an event is about: its stream's, or the one that its payload names."""
    kind, _, subject_id = stream.partition("-")
    try:
        return uuid.UUID(subject_id if kind == "application" else data["application_id"])
    except (AttributeError, KeyError, TypeError, ValueError):  # it is about none, or was altered
        return None


def subjects_of(session: Session, events: Iterable[StoredEvent]) -> dict[int, Subject]:
    """What each event is about, by its position."""
    about = {event.position: application_of(event.stream, event.data) for event in events}
    rows = session.execute(
        select(Application.id, Application.company).where(Application.id.in_(about.values()))
    )
    subjects = {row.id: Subject(row.id, row.company) for row in rows}
    return {place: subjects[named] for place, named in about.items() if named in subjects}
