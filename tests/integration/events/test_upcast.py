"""An event stored in an old version, and a site that has moved on since."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app import create_app
from app.events import types
from app.events.rows import UnreadableEvent
from app.events.store import read_stream, record
from app.events.types import Event, event, stream_of
from app.events.upcast import upcast
from config import Config

STORED = text("SELECT schema_version, data FROM events WHERE stream = :stream ORDER BY version")


class Hired(Event, frozen=True):
    name: str


def hire_in_version_1(session: Session) -> str:
    event("person.hired", version=1)(Hired)
    stream = stream_of("person", uuid.uuid4())
    record(session, stream, Hired(name="Ada Lovelace"), actor="staff:1")
    session.commit()
    types._declared.pop("person.hired")
    return stream


def test_an_old_event_is_read_in_the_current_version_and_stays_stored_as_it_was(
    session: Session, own_declarations: None
) -> None:
    stream = hire_in_version_1(session)

    @upcast("person.hired", from_version=1)
    def split_name(payload: dict[str, Any]) -> dict[str, Any]:
        given_name, _, family_name = payload.pop("name").partition(" ")
        return {"given_name": given_name, "family_name": family_name}

    @event("person.hired", version=2)
    class HiredNow(Event, frozen=True):
        given_name: str
        family_name: str

    record(session, stream, HiredNow("Grace", "Hopper"), actor="staff:1")
    session.commit()
    assert [one.data for one in read_stream(session, stream)] == [
        HiredNow("Ada", "Lovelace"),
        HiredNow("Grace", "Hopper"),
    ]
    stored = session.execute(STORED, {"stream": stream}).all()
    assert [tuple(row) for row in stored] == [
        (1, {"name": "Ada Lovelace"}),
        (2, {"given_name": "Grace", "family_name": "Hopper"}),
    ]


def test_a_release_refuses_to_read_an_event_version_it_does_not_know_yet(
    session: Session, own_declarations: None
) -> None:
    event("person.hired", version=2)(Hired)
    stream = stream_of("person", uuid.uuid4())
    record(session, stream, Hired(name="Ada"), actor="staff:1")
    session.commit()
    types._declared.pop("person.hired")
    event("person.hired", version=1)(Hired)
    with pytest.raises(UnreadableEvent, match=r"person\.hired in version 2"):
        read_stream(session, stream)


def test_a_field_added_by_the_next_release_is_ignored(
    session: Session, own_declarations: None
) -> None:
    @event("person.hired", version=1)
    class HiredInCity(Event, frozen=True):
        name: str
        city: str = ""

    stream = stream_of("person", uuid.uuid4())
    record(session, stream, HiredInCity(name="Ada", city="London"), actor="staff:1")
    session.commit()
    types._declared.pop("person.hired")
    event("person.hired", version=1)(Hired)
    assert [one.data for one in read_stream(session, stream)] == [Hired("Ada")]


def test_the_site_does_not_start_while_an_upcast_is_missing(
    config: Config, own_declarations: None
) -> None:
    create_app(config)
    event("person.hired", version=2)(Hired)
    with pytest.raises(ValueError, match="lacks its @upcast from version 1"):
        create_app(config)
