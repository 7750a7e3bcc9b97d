"""An application as of any moment."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.erasure import erase_person
from app.applications.models import Application
from app.messages.service import note_as_staff

Submit = Callable[..., Application]
Handle = Callable[[], None]
Decide = Callable[..., TestResponse]


@pytest.fixture
def accepted(
    desk: FlaskClient, submit: Submit, handle_events: Handle, decide_and_send: Decide
) -> Application:
    """An application that was scored, proposed, accepted at another price and offered."""
    application = submit(company="Tidewater")
    handle_events()
    decide_and_send(desk, application, verdict="accept", kind="sprint", price="12,345")
    handle_events()
    return application


def test_each_moment_shows_the_state_at_that_time_and_what_led_to_it(
    desk: FlaskClient, accepted: Application
) -> None:
    path = f"/staff/applications/{accepted.id}/history"
    last = desk.get(path).text
    assert "5 of 5: Sprint offered at $12,345" in last
    assert "<ins>$12,345</ins>" in last and "by <bdi>the system (engagements)</bdi>" in last

    assert "<dd>Sprint</dd>" in last and "<dd>Offered</dd>" in last
    assert "It follows from moment 4: <a" in last and "trace" not in last

    first = desk.get(f"{path}?moment=1").text
    assert "1 of 5: Application received" in first
    assert "<dt>Points</dt>" not in first and "<dt>Price</dt>" not in first
    assert "a person or the clock started it" in first

    decided = desk.get(f"{path}?moment=4").text
    assert "<del>To decide</del> <ins>Accepted</ins>" in decided
    assert "by <bdi>Ada Lovelace</bdi>" in decided


def test_a_moment_that_changed_no_state_says_only_that(
    desk: FlaskClient, accepted: Application, session: Session
) -> None:
    """Some such events are for others to act on, but nobody acts on a note."""
    note_as_staff(session, accepted.id, "Call them.", form_id="a", actor="staff:ada")
    session.commit()
    page = desk.get(f"/staff/applications/{accepted.id}/history").text
    assert "6 of 6: Staff note added" in page and "<p>Nothing that is shown here.</p>" in page


def test_a_moment_and_what_changed_then_are_told_by_the_same_clock(
    desk: FlaskClient, accepted: Application
) -> None:
    page = desk.get(f"/staff/applications/{accepted.id}/history?moment=4").text
    assert "<dt>Decided</dt>" in page and " UTC" not in page


def test_the_tree_shows_each_correlation_id_once(
    desk: FlaskClient, session: Session, accepted: Application
) -> None:
    page = desk.get(f"/staff/applications/{accepted.id}/history").text
    correlations = session.scalars(
        text("SELECT DISTINCT metadata ->> 'correlation_id' FROM events WHERE stream LIKE :about"),
        {"about": f"%-{accepted.id}"},
    ).all()
    assert correlations
    assert all(page.count(f"correlation <code>{one}</code>") == 1 for one in correlations)


@pytest.mark.parametrize("moment", ["0", "-3", "99", "x", ""])
def test_a_moment_that_does_not_exist_shows_the_nearest_one(
    desk: FlaskClient, accepted: Application, moment: str
) -> None:
    answer = desk.get(f"/staff/applications/{accepted.id}/history?moment={moment}")
    assert answer.status_code == 200
    assert ("1 of 5" if moment in {"0", "-3"} else "5 of 5") in answer.text


def test_the_slider_is_sent_only_the_fragment_for_its_moment(
    desk: FlaskClient, accepted: Application
) -> None:
    path = f"/staff/applications/{accepted.id}/history?moment=2"
    part = desk.get(path, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="as-of"')


def test_an_erased_persons_history_is_erased_too(
    desk: FlaskClient, session: Session, accepted: Application, handle_events: Handle
) -> None:
    erase_person(session, accepted.id, actor="staff:1")
    session.commit()
    handle_events()
    page = desk.get(f"/staff/applications/{accepted.id}/history?moment=1").text
    assert "Tidewater" not in page and "Application received" in page
