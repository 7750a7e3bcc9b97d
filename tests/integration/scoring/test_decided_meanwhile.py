"""A reviewer decides during the scoring: neither prevents the other."""

from flask import Flask
from sqlalchemy.orm import Session

from app.applications.erasure import lock_unerased
from app.applications.events import ApplicationDeclined
from app.applications.service import decide_application
from app.events.store import read_stream
from app.events.types import stream_of
from app.scoring.queries import score_of
from app.scoring.subscribers import score_fit
from tests.demo_applications import STRONG
from tests.integration.waiting import waiting
from tests.submitted import submit_answers


def test_a_score_that_waited_for_a_decision_is_recorded_after_it(
    app: Flask, session: Session
) -> None:
    application_id = submit_answers(session, STRONG).id
    session.commit()
    stream = stream_of("application", application_id)
    (submitted,) = read_stream(session, stream)
    lock_unerased(session, application_id)
    with waiting(app, lambda beside: score_fit(beside, submitted)):
        declined = ApplicationDeclined(message="")
        decide_application(session, application_id, declined, seen_version=1, actor="staff:1")
        session.commit()
    assert [recorded.type for recorded in read_stream(session, stream)] == [
        "application.submitted",
        "application.declined",
        "application.scored",
    ]
    assert score_of(session, application_id)
