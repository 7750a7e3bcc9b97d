"""A message that arrives while a reviewer writes an answer is shown before the answer goes out."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.events import ApplicationDeclined
from app.applications.models import Application
from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.service import write_as_prospect, write_as_staff
from app.review import service
from tests.integration.review.conftest import Handle, Press, confirm

Write = Callable[..., None]
DECLINE = {"verdict": "decline", "message": "We have no time."}
NEWS = "We have withdrawn the budget."


@pytest.fixture
def page(desk: FlaskClient, applied: Application) -> TestResponse:
    """The application's page, opened before anything is written."""
    return desk.get(f"/staff/applications/{applied.id}")


@pytest.fixture
def prospect_writes(session: Session, applied: Application, handle_events: Handle) -> Write:
    def prospect_writes(text: str = NEWS) -> None:
        write_as_prospect(session, applied.id, text, form_id=text)
        session.commit()
        handle_events()

    return prospect_writes


@pytest.fixture
def staff_write(session: Session, applied: Application, handle_events: Handle) -> Write:
    def staff_write(who: Staff, text: str) -> None:
        write_as_staff(session, applied.id, text, form_id=text, actor=f"staff:{who.id}")
        session.commit()
        handle_events()

    return staff_write


def types_in(session: Session, application: Application) -> list[str]:
    session.rollback()
    return [e.type for e in read_stream(session, stream_of("application", application.id))]


def notice_of(answer: TestResponse) -> str:
    """The alert at the top of the page, or an empty string."""
    alert = re.search(r'role="alert".*?Nothing you wrote was sent', answer.text, re.DOTALL)
    return alert[0] if alert else ""


def test_a_message_that_arrives_before_the_preview_is_shown_instead_of_it(
    session: Session,
    desk: FlaskClient,
    applied: Application,
    page: TestResponse,
    press: Press,
    prospect_writes: Write,
) -> None:
    prospect_writes()
    refused = press(page, "decision", **DECLINE)
    assert refused.status_code == 409
    assert "Somebody has written since" in notice_of(refused) and NEWS in notice_of(refused)
    assert "We have no time.</textarea>" in refused.text
    assert re.search(r'<input checked[^>]*value="decline"', refused.text)
    assert "application.declined" not in types_in(session, applied)
    assert re.search(r"To reply to <span>1</span>", desk.get("/staff/").text)


def test_a_message_that_arrives_after_the_preview_is_shown_before_the_mail_goes_out(
    session: Session,
    applied: Application,
    page: TestResponse,
    press: Press,
    prospect_writes: Write,
) -> None:
    preview = press(page, "decision", **DECLINE)
    prospect_writes()
    refused = press(preview, "decision", confirmed=confirm(preview))
    assert refused.status_code == 409 and NEWS in notice_of(refused)
    assert "application.declined" not in types_in(session, applied)

    again = press(refused, "decision")
    assert again.status_code == 200 and "Send this email?" in again.text
    assert press(again, "decision", confirmed=confirm(again)).status_code == 303
    assert "application.declined" in types_in(session, applied)


@pytest.mark.parametrize("button", [{"change": "yes"}, {"verdict": ""}])
def test_a_message_that_the_page_did_not_point_out_still_counts_as_unseen(
    page: TestResponse, press: Press, prospect_writes: Write, button: dict[str, str]
) -> None:
    prospect_writes()
    shown = press(page, "decision", **DECLINE | button)
    assert shown.status_code in {200, 422} and notice_of(shown) == ""
    refused = press(shown, "decision", verdict="decline")
    assert refused.status_code == 409 and NEWS in notice_of(refused)


def test_a_colleagues_message_is_shown_too_but_not_ones_own(
    page: TestResponse, press: Press, staff_write: Write, ada: Staff, grace: Staff
) -> None:
    staff_write(ada, "From another tab.")
    assert press(page, "decision", **DECLINE).status_code == 200
    staff_write(grace, "I look after this one.")
    refused = press(page, "decision", **DECLINE)
    assert refused.status_code == 409
    assert "Grace Hopper" in notice_of(refused) and "I look after this" in notice_of(refused)
    assert "From another tab." not in notice_of(refused)


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 5000])
def test_a_form_that_does_not_say_what_was_seen_counts_as_having_seen_nothing(
    page: TestResponse, press: Press, prospect_writes: Write, seen: str
) -> None:
    prospect_writes()
    assert press(page, "decision", **DECLINE, seen=seen).status_code == 409


def test_a_decision_is_refused_if_a_message_arrived_after_the_reviewer_last_looked(
    session: Session, applied: Application, prospect_writes: Write, ada: Staff
) -> None:
    prospect_writes()
    verdict = ApplicationDeclined(message="")
    with pytest.raises(service.UnreadMessages):
        service.decide(
            session, applied.id, verdict, seen_version=1, seen_entries=0, actor=f"staff:{ada.id}"
        )
    assert "application.declined" not in types_in(session, applied)


def test_when_two_reviewers_reply_to_one_message_the_second_is_shown_the_first_reply(
    session: Session,
    desk: FlaskClient,
    applied: Application,
    press: Press,
    prospect_writes: Write,
    staff_write: Write,
    grace: Staff,
) -> None:
    prospect_writes("May we begin in March?")
    page = desk.get(f"/staff/applications/{applied.id}")
    preview = press(page, "messages", text="March is fine.")
    staff_write(grace, "March is full.")
    for late in (page, preview):
        refused = press(late, "messages", text="March is fine.", confirmed=confirm(preview))
        assert refused.status_code == 409 and "March is full." in notice_of(refused)
        assert "May we begin" not in notice_of(refused)
        assert "March is fine.</textarea>" in refused.text
    assert types_in(session, applied).count("message.sent") == 1

    again = press(refused, "messages")
    assert press(again, "messages", confirmed=confirm(again)).status_code == 303
    assert types_in(session, applied).count("message.sent") == 2


def test_a_message_is_refused_if_another_arrived_after_the_reviewer_last_looked(
    session: Session, applied: Application, prospect_writes: Write, ada: Staff
) -> None:
    prospect_writes()
    with pytest.raises(service.UnreadMessages):
        service.write(
            session, applied.id, "Hello.", form_id="a", seen_entries=0, actor=f"staff:{ada.id}"
        )
    assert "message.sent" not in types_in(session, applied)
