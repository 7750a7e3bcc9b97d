"""Without a worker, the queue says that it is behind, but a reviewer still finds their own
decision in it."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.events.delivery.lag import lag_of
from app.review import service
from app.review.subscribers import list_application

Decide = Callable[..., TestResponse]
Submit = Callable[..., Application]
Handle = Callable[[], None]


@pytest.fixture
def listed(submit: Submit, handle_events: Handle) -> Application:
    application = submit(company="Tidewater")
    handle_events()
    return application


def test_a_reviewers_own_decision_is_in_the_queue_immediately(
    desk: FlaskClient, listed: Application, decide_and_send: Decide
) -> None:
    assert "Tidewater" in desk.get("/staff/").text
    decide_and_send(desk, listed, verdict="decline")
    assert "Tidewater" not in desk.get("/staff/").text
    declined = desk.get("/staff/?status=declined").text
    assert "Tidewater" in declined
    assert "1 event is not in this list yet" in declined  # although the row is there


def test_without_updating_the_row_immediately_the_decision_would_wait_for_a_worker(
    desk: FlaskClient,
    listed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control."""
    monkeypatch.setattr(service, "keep_rows", lambda *_: None)
    decide_and_send(desk, listed, verdict="decline")
    assert "Tidewater" in desk.get("/staff/").text
    handle_events()
    assert "Tidewater" not in desk.get("/staff/").text


def test_a_decision_that_came_too_late_leaves_the_queue_alone(
    desk: FlaskClient, listed: Application, decide: Decide, decide_and_send: Decide
) -> None:
    decide_and_send(desk, listed, verdict="ask", message="How many?")
    assert decide(desk, listed, verdict="decline", version="1").status_code == 409
    assert "Tidewater" in desk.get("/staff/?status=more_requested").text


def test_the_lag_says_how_many_events_are_waiting_and_for_how_long(
    session: Session, desk: FlaskClient, submit: Submit, handle_events: Handle
) -> None:
    assert lag_of(session, list_application).behind == 0
    assert "The list is up to date." in desk.get("/staff/").text
    submit(), submit()
    lag = lag_of(session, list_application)
    assert lag.behind == 2
    assert 0 <= lag.seconds < 60
    said = r"2 events are not in this list yet, the oldest from [0-9.]+ seconds ago\."
    assert re.search(said, desk.get("/staff/").text)
    handle_events()
    assert lag_of(session, list_application).behind == 0


def test_a_dead_letter_still_counts_towards_the_lag(
    session: Session,
    submit: Submit,
    handle_events: Handle,
) -> None:
    submit()
    handle_events()
    session.execute(
        text(
            "UPDATE deliveries SET status = 'dead', last_error = 'x', done_at = NULL"
            " WHERE subscriber = 'review.list_application'"
        )
    )
    assert lag_of(session, list_application).behind == 3
