"""Whoever decides or writes is told if the mail that follows will have to wait, and for what."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.events.delivery.pausing import pause_subscriber
from app.events.subscription import current_subscriptions
from app.notifications import subscribers
from app.platform.outbound_hold.service import hold_outbound
from app.review import on_its_way
from tests.integration.review.conftest import Decide, Handle, Press

CHANGE = {"verdict": "change", "kind": "sprint", "price": "11,000", "message": "A slip of ours."}
FAILED = "The mail waits behind an earlier one that failed: see “Not handled automatically”."
PAUSED = "The mail waits: notifications.send_decision is paused."
HELD = "The mail waits: after a restore nothing is sent until it is released under Events."


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("as the test told it to")


@pytest.fixture
def send_decision_fails(
    desk: FlaskClient,
    proposed: Application,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The application is accepted, and the mail about it is a dead letter."""
    decide_and_send(desk, proposed, verdict="accept", kind="sprint", price="12,500")
    with monkeypatch.context() as broken:
        broken.setattr(subscribers, "decision_letter", fail)
        handle_events()
    session.refresh(proposed)


def test_a_change_whose_mail_stands_behind_a_dead_letter_says_so(
    desk: FlaskClient,
    proposed: Application,
    send_decision_fails: None,
    decide_and_send: Decide,
) -> None:
    answer = decide_and_send(desk, proposed, **CHANGE)
    page = desk.get(answer.location).text
    assert f"Offer changed to a Sprint at $11,000. {FAILED}" in page
    assert "gave up on application.accepted" in page


def test_a_link_or_a_message_is_sent_past_the_dead_letter_of_a_decision(
    desk: FlaskClient, proposed: Application, send_decision_fails: None, press: Press
) -> None:
    page = desk.get(f"/staff/applications/{proposed.id}")
    told = desk.get(press(page, "link").location).text
    assert "The email with the new one is on its way." in told


@pytest.mark.parametrize(
    ("told", "hinder"),
    [
        (PAUSED, lambda session: pause_subscriber(session, on_its_way.OF_DECISION, actor="staff")),
        (HELD, lambda session: hold_outbound(session, actor="operator:ada")),
    ],
)
def test_a_decision_whose_mail_is_held_back_says_by_what(
    desk: FlaskClient,
    offered: Application,
    decide_and_send: Decide,
    session: Session,
    told: str,
    hinder: Callable[[Session], None],
) -> None:
    hinder(session)
    session.commit()
    answer = decide_and_send(desk, offered, verdict="take_back", message="Our team is ill.")
    assert f"Offer taken back. {told}" in desk.get(answer.location).text


def test_the_subscribers_that_it_looks_at_exist(desk: FlaskClient) -> None:
    named = {on_its_way.OF_DECISION, on_its_way.OF_MESSAGE, on_its_way.OF_LINK}
    with desk.application.app_context():
        assert named <= set(current_subscriptions().names())
