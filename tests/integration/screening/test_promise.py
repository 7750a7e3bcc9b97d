"""An answer is promised within one working day of sending: neither a hold nor a mistaken dismissal
extends that."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.promise import Promise, deadline_after, open_promise
from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.service import write_as_prospect
from app.notifications.models import MailMessage
from tests.integration.screening.conftest import Press, fresh, mails_of, types_of

Handle = Callable[[], None]
WAITING = text("""
SELECT due_at FROM scheduled_events WHERE cancelled_at IS NULL AND recorded_position IS NULL
""")
DUE = "application.answer_due"


@pytest.fixture
def come_due(come_due: Handle, handle_events: Handle) -> Handle:
    """Handle what is waiting, then make everything due."""

    def come_due_after_all() -> None:
        handle_events()
        come_due()

    return come_due_after_all


def promise_to(session: Session, application: Application) -> Promise | None:
    session.rollback()
    return open_promise(session, read_stream(session, stream_of("application", application.id)))


@pytest.mark.parametrize(
    "buttons", [[], ["release"], ["dismiss", "release"]], ids=["held", "released", "reopened"]
)
def test_the_answer_is_due_one_working_day_after_the_application_was_sent(
    held: Application,
    desk: FlaskClient,
    press: Press,
    session: Session,
    handle_events: Handle,
    buttons: list[str],
) -> None:
    for button in buttons:
        handle_events()
        press(desk, fresh(session, held), button)
    handle_events()
    promise = promise_to(session, held)
    assert promise and promise.due_at == deadline_after(held.submitted_at)
    assert list(session.scalars(WAITING)) == [promise.due_at]


def test_staff_are_reminded_of_a_held_application(
    held: Application, session: Session, client: FlaskClient, desk: FlaskClient, come_due: Handle
) -> None:
    come_due()
    assert mails_of(session) == ["answer_due", "held"]
    assert "we are late" in client.get(f"/applications/{held.access_token}").text
    assert "Answer late" in desk.get("/staff/?status=held").text


def test_no_answer_is_due_to_a_dismissed_application(
    held: Application,
    desk: FlaskClient,
    press: Press,
    session: Session,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    handle_events()
    press(desk, held, "dismiss")
    come_due()
    assert DUE not in types_of(session, held)
    assert promise_to(session, held) is None


def test_dismissing_ends_the_wait_for_a_reply_but_a_later_message_awaits_one(
    held: Application, desk: FlaskClient, press: Press, session: Session, handle_events: Handle
) -> None:
    write_as_prospect(session, held.id, "Are you there?", form_id="1")
    session.commit()
    handle_events()
    press(desk, fresh(session, held), "dismiss")
    handle_events()
    session.rollback()
    assert list(session.scalars(WAITING)) == []
    write_as_prospect(session, held.id, "I am a person.", form_id="2")
    session.commit()
    handle_events()
    assert len(list(session.scalars(WAITING))) == 1


def test_an_application_reopened_after_its_deadline_is_late_and_says_so(
    held: Application,
    desk: FlaskClient,
    press: Press,
    session: Session,
    client: FlaskClient,
    handle_events: Handle,
    come_due: Handle,
) -> None:
    handle_events()
    press(desk, held, "dismiss")
    press(desk, fresh(session, held), "release")
    come_due()
    assert types_of(session, held).count(DUE) == 1
    page = client.get(f"/applications/{held.access_token}").text
    assert "we are late" in page and "Our answer is late" in page


def test_an_answer_that_fell_due_during_the_hold_falls_due_only_once(
    held: Application, desk: FlaskClient, press: Press, session: Session, come_due: Handle
) -> None:
    come_due()
    press(desk, fresh(session, held), "release")
    come_due()
    assert types_of(session, held).count(DUE) == 1
    promise = promise_to(session, held)
    assert promise and promise.is_missed


def test_the_mail_after_a_hold_does_not_promise_a_day_already_past(
    held: Application, desk: FlaskClient, press: Press, session: Session, come_due: Handle
) -> None:
    come_due()
    press(desk, fresh(session, held), "release")
    come_due()
    [mail] = session.scalars(select(MailMessage.text).filter_by(template="received"))
    assert "A person reads it and answers." in mail and "working day" not in mail
