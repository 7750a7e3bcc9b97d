"""The queue and the thread agree on who is waiting for a reply, whatever was done."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.queries import thread_of
from app.review.queue.models import QueueRow
from tests.integration.projections.conftest import Differences, Office
from tests.integration.projections.test_verify import do

DEEDS = ("write", "write_back", "ask", "answer", "accept", "decline", "withdraw", "erase", "handle")


@settings(max_examples=10)
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=2, max_size=10))
def test_the_queue_and_the_thread_agree_on_who_awaits_a_reply(
    office: Office, session: Session, verify: Differences, deeds: list[str]
) -> None:
    application_id = office.submit()
    for deed in deeds:
        do(office, deed, application_id)
    office.handle()
    assert listed(session, application_id) == told(session, application_id)
    assert verify() == []


def listed(session: Session, application_id: UUID) -> object:
    return session.get_one(QueueRow, application_id, populate_existing=True).unanswered_since


def told(session: Session, application_id: UUID) -> object:
    events = read_stream(session, stream_of("application", application_id))
    return thread_of(session, events, {}, firm="The firm").unanswered_since
