"""A prospect withdraws while the proposal is being made: no proposal stays open."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.applications.service import withdraw_application
from app.engagements import subscribers
from app.engagements.pricing import Quote, quote_engagement
from app.engagements.queries import engagement_of
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of
from app.platform.database import db
from app.scoring.subscribers import score_fit


@pytest.fixture
def scored(session: Session, application_id: uuid.UUID) -> RecordedEvent:
    """The event of an application's score, which no subscriber has handled."""
    stream = stream_of("application", application_id)
    score_fit(session, read_stream(session, stream)[0])
    session.commit()
    return read_stream(session, stream)[1]


def withdraw_beside(application_id: uuid.UUID) -> None:
    """Withdraw in a separate transaction that waits only briefly for a lock."""
    with Session(db.engine) as other:
        other.execute(text("SET LOCAL lock_timeout = '200ms'"))
        withdraw_application(other, application_id, "")
        other.commit()


@pytest.fixture
def withdrawn_meanwhile(scored: RecordedEvent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The prospect withdraws after the subscriber has checked that the application is open."""

    def price(*terms: Any) -> Quote:
        withdraw_beside(scored.subject_id)
        return quote_engagement(*terms)

    monkeypatch.setattr(subscribers, "quote_engagement", price)


def test_a_withdrawal_waits_for_the_running_proposal_that_it_has_to_close(
    session: Session, scored: RecordedEvent, withdrawn_meanwhile: None
) -> None:
    with pytest.raises(OperationalError, match="lock timeout"):
        subscribers.propose_engagement(session, scored)


def test_a_proposal_made_before_the_withdrawal_is_closed(
    session: Session, scored: RecordedEvent, handle_events: Callable[[], None]
) -> None:
    subscribers.propose_engagement(session, scored)
    session.commit()
    withdraw_beside(scored.subject_id)
    handle_events()
    engagement = engagement_of(session, scored.subject_id)
    assert engagement and engagement.status == "closed"


def test_without_locking_the_application_a_proposal_would_stay_open(
    session: Session,
    scored: RecordedEvent,
    withdrawn_meanwhile: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscribers, "share_lock_application", get_application)
    subscribers.propose_engagement(session, scored)
    session.commit()
    engagement = engagement_of(session, scored.subject_id)
    assert engagement and engagement.status == "proposed"
