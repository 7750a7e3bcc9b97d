"""One id links a request to everything that follows from it."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.events.tracing import current_trace, start_trace
from app.notifications.models import MailMessage
from tests.demo_applications import STRONG
from tests.submitted import submit_answers


def test_every_event_and_mail_of_a_submission_carries_its_id(
    session: Session, handle_events: Callable[[], None]
) -> None:
    trace = start_trace()
    submit_answers(session, STRONG)
    session.commit()
    start_trace()
    handle_events()
    events = session.scalars(select(StoredEvent).order_by(StoredEvent.position)).all()
    assert [event.type for event in events] == [
        "application.submitted",
        "application.scored",
        "engagement.proposed",
    ]
    assert {event.meta["correlation_id"] for event in events} == {trace}
    assert {mail.correlation_id for mail in session.scalars(select(MailMessage))} == {trace}
    causes = [event.meta.get("causation_id") for event in events]
    assert causes == [None, str(events[0].id), str(events[1].id)]


def test_a_request_id_from_outside_is_trusted_only_behind_a_proxy(
    app: Flask, client: FlaskClient
) -> None:
    offered = "an-id-that-somebody-made-up"
    answer = client.get("/healthz", headers={"X-Request-ID": offered})
    assert answer.headers["X-Request-ID"] != offered


def test_each_task_of_a_worker_has_a_trace_of_its_own(app: Flask) -> None:
    look = app.extensions["celery"].task(name="tests.look")(current_trace)
    (first, cause), (second, _) = look(), look()
    assert first != second
    assert cause is None
