"""A prospect and staff who write to each other."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.queries import Thread, thread_of
from app.messages.service import write_as_prospect, write_as_staff

NAMES = {"prospect": "You", "staff:ada": "Ada Lovelace"}

Write = Callable[..., None]
Read = Callable[[], Thread]


@pytest.fixture
def application(submit: Callable[..., Application]) -> Application:
    """An application just sent, not handled yet."""
    return submit()


@pytest.fixture
def prospect_writes(session: Session, application: Application) -> Write:
    def prospect_writes(text: str) -> None:
        write_as_prospect(session, application.id, text, form_id="a page")
        session.commit()

    return prospect_writes


@pytest.fixture
def staff_write(session: Session, application: Application) -> Write:
    def staff_write(text: str, actor: str = "staff:ada") -> None:
        write_as_staff(session, application.id, text, form_id="a page", actor=actor)
        session.commit()

    return staff_write


@pytest.fixture
def read(session: Session, application: Application) -> Read:
    def read() -> Thread:
        session.rollback()
        events = read_stream(session, stream_of("application", application.id))
        return thread_of(session, events, NAMES, firm="The firm")

    return read
