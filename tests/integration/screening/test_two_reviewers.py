"""When two reviewers settle a hold at the same moment, only one succeeds."""

from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationDismissed, ApplicationReleased
from app.applications.models import Application
from app.applications.service import AlreadyDecided, HoldVerdict, settle_hold
from app.events.models import StoredEvent
from app.events.store import record
from app.events.types import stream_of
from tests.integration.racing import race
from tests.integration.screening.conftest import Apply

VERDICTS: tuple[HoldVerdict, ...] = (ApplicationReleased(), ApplicationDismissed())
ROUNDS = 10


@pytest.fixture
def ids(apply: Apply, session: Session) -> list[UUID]:
    found = [apply(subject="x").id for _ in range(ROUNDS)]
    session.rollback()
    return found


def test_a_release_and_a_dismissal_at_the_same_moment_record_one_event(
    app: Flask, ids: list[UUID], session: Session
) -> None:
    def settle(own: Session, application_id: UUID, verdict: HoldVerdict) -> None:
        settle_hold(own, application_id, verdict, seen_version=2, actor="staff:1")

    won, lost = race(app, ids, VERDICTS, settle)
    assert sorted(one for one, _ in won) == sorted(lost) == sorted(ids)
    types = [verdict.type for verdict in VERDICTS]
    events = session.scalars(select(StoredEvent).where(StoredEvent.type.in_(types))).all()
    assert sorted(UUID(event.stream[12:]) for event in events) == sorted(ids)
    assert set(session.scalars(select(Application.version))) == {3}


def test_without_the_guard_both_reviewers_would_settle_it(app: Flask, ids: list[UUID]) -> None:
    """The control: reading first and writing afterwards would let both succeed."""
    both_have_read = Barrier(2, timeout=30)

    def settle(own: Session, application_id: UUID, verdict: HoldVerdict) -> None:
        if own.get_one(Application, application_id, populate_existing=True).status != "held":
            raise AlreadyDecided
        both_have_read.wait()
        record(own, stream_of("application", application_id), verdict, actor="staff:1")

    won, lost = race(app, ids, VERDICTS, settle)
    assert (len(won), lost) == (2 * ROUNDS, [])
