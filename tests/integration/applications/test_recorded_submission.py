"""The statement that submits an application writes the event as the event's type defines it."""

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationSubmitted
from app.applications.models import Draft
from app.events.store import read_stream
from app.events.types import stream_of
from benchmarks.sample import ANSWERS
from tests.submitted import submit_answers


def test_the_event_says_what_the_application_says(session: Session) -> None:
    application = submit_answers(session, ANSWERS)
    (recorded,) = read_stream(session, stream_of("application", application.id))
    assert isinstance(recorded.data, ApplicationSubmitted)
    assert (recorded.version, recorded.metadata.actor) == (1, "prospect")
    for field, value in msgspec.structs.asdict(recorded.data).items():
        assert value == getattr(application, field)
    assert application.answers == ANSWERS


def test_the_sealed_draft_keeps_all_answers(session: Session) -> None:
    application = submit_answers(session, ANSWERS)
    draft = session.scalars(select(Draft).filter_by(id=application.draft_id)).one()
    session.refresh(draft)
    assert draft.submitted_at
    assert draft.answers == ANSWERS
