"""A prospect is erased before the reviewer's offer is made: no offer is made."""

import uuid
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.events import ApplicationAccepted
from app.applications.service import decide_application
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.engagements.subscribers import close_engagement, offer_engagement
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of

ACCEPTED = ApplicationAccepted(message="", kind="sprint", total_cents=1_000_000)


def accept_and_erase(session: Session, application_id: uuid.UUID) -> list[RecordedEvent]:
    """The two events, which no subscriber has handled."""
    decide_application(session, application_id, ACCEPTED, seen_version=1, actor="staff:1")
    erase_person(session, application_id, actor="operator:root")
    session.commit()
    return read_stream(session, stream_of("application", application_id))[-2:]


def the_engagement(session: Session, application_id: uuid.UUID) -> Engagement | None:
    session.rollback()
    return engagement_of(session, application_id)


def test_an_offer_handled_after_the_erasure_does_not_reopen_the_engagement(
    session: Session, application_id: uuid.UUID, handle_events: Callable[[], None]
) -> None:
    handle_events()
    accepted, erased = accept_and_erase(session, application_id)
    close_engagement(session, erased)
    session.commit()
    offer_engagement(session, accepted)
    session.commit()
    engagement = the_engagement(session, application_id)
    assert engagement and engagement.status == "closed"


def test_an_offer_after_the_erasure_creates_no_engagement_where_none_was_proposed(
    session: Session, application_id: uuid.UUID
) -> None:
    accepted, erased = accept_and_erase(session, application_id)
    close_engagement(session, erased)
    offer_engagement(session, accepted)
    session.commit()
    assert the_engagement(session, application_id) is None
