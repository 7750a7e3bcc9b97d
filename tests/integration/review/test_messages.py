"""Staff write to a prospect, and the queue says who is waiting for a reply."""

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.erasure import erase_person
from app.applications.models import Application
from app.events.models import StoredEvent
from app.messages.service import write_as_prospect
from app.notifications.models import MailMessage
from app.review import service
from tests.form_page import token_in
from tests.integration.review.conftest import SEEN, confirm

Handle = Callable[[], None]
Submit = Callable[..., Application]
Write = Callable[..., TestResponse]
Ask = Callable[[str], None]
MARK = "Reply awaited"


@pytest.fixture
def write(desk: FlaskClient, applied: Application) -> Write:
    """Submit the message form as it is now on the application's page."""

    def write(text: str, **fields: str) -> TestResponse:
        address = f"/staff/applications/{applied.id}"
        page = desk.get(address).text
        seen = SEEN.search(page)
        data = {"csrf_token": token_in(page), "text": text, "form_id": "a", **fields}
        return desk.post(f"{address}/messages", data={"seen": seen[1] if seen else "", **data})

    return write


@pytest.fixture
def write_and_send(write: Write) -> Write:
    """Look at the preview, then press its "Send"."""

    def write_and_send(text: str, **fields: str) -> TestResponse:
        return write(text, **fields, confirmed=confirm(write(text, **fields)))

    return write_and_send


@pytest.fixture
def prospect_writes(session: Session, applied: Application, handle_events: Handle) -> Ask:
    def prospect_writes(text: str) -> None:
        write_as_prospect(session, applied.id, text, form_id=text)
        session.commit()
        handle_events()

    return prospect_writes


def sent(session: Session) -> list[StoredEvent]:
    session.rollback()
    return list(session.scalars(select(StoredEvent).filter_by(type="message.sent")))


def test_a_message_is_previewed_first_and_then_sent_exactly_as_previewed(
    session: Session, desk: FlaskClient, applied: Application, write: Write, handle_events: Handle
) -> None:
    preview = write("March is fine.\r\n\r\nAda")
    assert preview.status_code == 200 and "Dear Marguerite Okonkwo," in preview.text
    assert "Send the message" in preview.text and sent(session) == []
    done = write("March is fine.\n\nAda", confirmed=confirm(preview))
    assert done.location == f"/staff/applications/{applied.id}#conversation"
    handle_events()
    [mail] = session.scalars(select(MailMessage).filter_by(template="message_from_staff"))
    assert mail.recipient == applied.email and mail.text in html.unescape(preview.text)
    assert "\n-- \nAda Lovelace\nChamplin Enterprises\n" in mail.text
    page = desk.get(done.location).text
    _, _, conversation = page.partition('id="conversation"')
    assert "The message is on its way." in conversation
    assert "March is fine.\n\nAda" in page and "Ada Lovelace" in page
    assert f"/applications/{applied.access_token}#conversation" in mail.text


def test_a_message_changed_after_the_preview_is_previewed_again(
    session: Session, write: Write
) -> None:
    seen = confirm(write("March is fine."))
    again = write("May is fine.", confirmed=seen)
    assert "Send this email?" in again.text and sent(session) == []
    back = write("May is fine.", change="yes", confirmed=seen)
    assert back.status_code == 200 and "May is fine.</textarea>" in back.text


def test_pressing_send_twice_sends_one_message(session: Session, write_and_send: Write) -> None:
    assert [write_and_send("Hello.").status_code for _ in range(2)] == [303, 303]
    assert len(sent(session)) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write your message first."),
        ("a\x00b", "can’t be stored"),
        ("r" * 4001, "at most 4,000 characters"),
    ],
)
def test_an_error_is_shown_at_its_field_and_what_was_typed_is_kept(
    session: Session, write: Write, text: str, sentence: str
) -> None:
    answer = write(text)
    assert answer.status_code == 422
    assert html.unescape(answer.text).count(sentence) == 2
    assert 'id="text-error"' in answer.text and text in answer.text
    assert sent(session) == []


def test_an_expired_page_keeps_the_text(session: Session, write: Write) -> None:
    answer = write("My long text", csrf_token="old")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and "My long text" in answer.text
    assert sent(session) == []


def test_nothing_is_sent_to_an_erased_prospect(
    session: Session, desk: FlaskClient, applied: Application, prospect_writes: Ask, write: Write
) -> None:
    prospect_writes("Hello?")
    assert 'name="text"' in desk.get(f"/staff/applications/{applied.id}").text
    erase_person(session, applied.id, actor="prospect")
    session.commit()
    page = desk.get(f"/staff/applications/{applied.id}").text
    assert 'name="text"' not in page and "What was written is erased." in page
    refused = write("Are you there?")
    assert refused.status_code == 303 and sent(session) == []
    assert "Nothing was sent" in desk.get(refused.location).text


def test_the_queue_marks_a_waiting_prospect_until_somebody_replies(
    desk: FlaskClient, prospect_writes: Ask, write_and_send: Write, handle_events: Handle
) -> None:
    assert MARK not in desk.get("/staff/").text
    prospect_writes("Hello?")
    assert MARK in desk.get("/staff/").text
    waiting = desk.get("/staff/?status=unanswered").text
    assert "Tidewater" in waiting and re.search(r"To reply to <span>1</span>", waiting)
    write_and_send("Here we are.")
    handle_events()
    assert MARK not in desk.get("/staff/").text
    assert "Tidewater" not in desk.get("/staff/?status=unanswered").text


def test_the_mark_is_gone_as_soon_as_a_reviewer_has_replied(
    desk: FlaskClient, prospect_writes: Ask, write_and_send: Write
) -> None:
    prospect_writes("Hello?")
    write_and_send("Here we are.")
    assert MARK not in desk.get("/staff/").text


def test_without_updating_the_row_immediately_the_mark_would_wait_for_a_worker(
    desk: FlaskClient,
    prospect_writes: Ask,
    write_and_send: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control."""
    monkeypatch.setattr(service, "keep_rows", lambda *_: None)
    prospect_writes("Hello?")
    write_and_send("Here we are.")
    assert MARK in desk.get("/staff/").text


def test_a_prospect_who_writes_after_a_decision_is_listed_under_to_reply_to(
    desk: FlaskClient,
    applied: Application,
    decide_and_send: Write,
    prospect_writes: Ask,
) -> None:
    decide_and_send(desk, applied, verdict="decline")
    prospect_writes("And in March?")
    assert "Tidewater" not in desk.get("/staff/").text
    assert "Tidewater" in desk.get("/staff/?status=unanswered").text


def test_each_reviewer_is_named_beside_their_own_words(
    other_desk: FlaskClient, applied: Application, write_and_send: Write
) -> None:
    write_and_send("From Ada.")
    page = other_desk.get(f"/staff/applications/{applied.id}").text
    assert re.search(r"Ada Lovelace</bdi>.*?From Ada\.", page, re.DOTALL)
