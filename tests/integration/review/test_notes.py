"""Staff leave notes for each other beside an application, where no prospect sees them."""

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.erasure import erase_person
from app.applications.models import Application
from app.engagements.queries import events_about
from app.events.models import StoredEvent
from app.messages.queries import thread_of
from app.messages.service import note_as_staff, write_as_prospect
from app.notifications.models import MailMessage
from app.platform.database import db
from app.review.queue.projection import QueueProjection
from app.review.timeline import people_of
from tests.form_page import FormPage
from tests.integration.review.conftest import Handle, Press, confirm

NOTE = "I know their CTO,\nand ask him first."


@pytest.fixture
def page(desk: FlaskClient, applied: Application) -> TestResponse:
    return desk.get(f"/staff/applications/{applied.id}")


def noted(session: Session) -> list[StoredEvent]:
    session.rollback()
    return list(session.scalars(select(StoredEvent).filter_by(type="note.written")))


def notes_of(page: TestResponse) -> str:
    """The section with the notes."""
    return page.text.partition('id="notes"')[2].partition("</section>")[0]


def test_a_note_is_shown_beside_the_application_with_its_author(
    desk: FlaskClient,
    other_desk: FlaskClient,
    applied: Application,
    page: TestResponse,
    press: Press,
) -> None:
    assert "thread__item" not in notes_of(page) and "staff note</a>" not in page.text
    done = press(page, "notes", note=NOTE)
    assert done.location == f"/staff/applications/{applied.id}#notes"
    assert "The note is saved." in notes_of(desk.get(done.location))
    shown = other_desk.get(done.location)
    assert re.search(rf"Ada Lovelace</bdi>.*?{NOTE}", notes_of(shown), re.DOTALL)
    assert '<a href="#notes">1 staff note</a>' in shown.text
    assert "Staff note added" in shown.text


def test_the_queue_counts_notes_immediately_and_stops_counting_them_once_erased(
    session: Session,
    desk: FlaskClient,
    applied: Application,
    page: TestResponse,
    press: Press,
    handle_events: Handle,
) -> None:
    assert "staff note" not in desk.get("/staff/").text
    press(page, "notes", note=NOTE)
    assert "1 staff note" in desk.get("/staff/").text
    press(page, "notes", note="Another.")
    handle_events()
    assert "2 staff notes" in desk.get("/staff/").text
    assert list(QueueProjection().verify(db.engine)) == []
    erase_person(session, applied.id, actor="prospect")
    session.commit()
    handle_events()
    assert "staff note" not in desk.get("/staff/?status=all").text


def test_a_prospect_never_sees_a_note(
    session: Session,
    client: FlaskClient,
    applied: Application,
    page: TestResponse,
    press: Press,
    handle_events: Handle,
) -> None:
    own_page = f"/applications/{applied.access_token}"
    before = client.get(own_page).text
    mails = len(session.scalars(select(MailMessage)).all())
    press(page, "notes", note="A secret.")
    handle_events()
    csrf = re.compile(r'(name="csrf_token"[^>]*value|name="form_id"[^>]*value|nonce)="[^"]*"')
    assert csrf.sub("", client.get(own_page).text) == csrf.sub("", before)
    for path in ("", "/progress", "/messages/new", "/export.json", "/trail.json"):
        assert "A secret." not in client.get(own_page + path).text
    assert "note" not in client.get(f"{own_page}/messages/new").text.lower()
    assert len(session.scalars(select(MailMessage)).all()) == mails


def test_a_note_does_not_count_as_a_reply(
    session: Session, desk: FlaskClient, applied: Application, press: Press, handle_events: Handle
) -> None:
    write_as_prospect(session, applied.id, "Hello?", form_id="a")
    session.commit()
    handle_events()
    press(desk.get(f"/staff/applications/{applied.id}"), "notes", note=NOTE)
    handle_events()
    assert "Reply awaited" in desk.get("/staff/").text


def test_pressing_the_button_twice_saves_one_note(
    session: Session, page: TestResponse, press: Press
) -> None:
    assert [press(page, "notes", note=NOTE).status_code for _ in range(2)] == [303, 303]
    assert len(noted(session)) == 1


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("", "Write your note first."),
        ("a\x00b", "can’t be stored"),
        ("r" * 4001, "at most 4,000 characters"),
    ],
)
def test_an_error_is_shown_at_its_field_and_what_was_typed_is_kept(
    session: Session, page: TestResponse, press: Press, note: str, sentence: str
) -> None:
    answer = press(page, "notes", note=note)
    assert answer.status_code == 422 and " open>" in notes_of(answer)
    assert html.unescape(answer.text).count(sentence) == 2 and note in answer.text
    assert FormPage(answer.text).has_each_error_at_its_field()
    assert noted(session) == []


def test_an_expired_page_keeps_the_note(session: Session, page: TestResponse, press: Press) -> None:
    answer = press(page, "notes", note=NOTE, csrf_token="old")
    assert answer.status_code == 400 and noted(session) == []
    assert "open for too long" in notes_of(answer) and NOTE in notes_of(answer)


def test_a_note_too_large_for_the_site_is_given_back_to_be_copied(
    page: TestResponse, press: Press
) -> None:
    pasted = "A line of a log. " * 20_000
    refused = press(page, "notes", note=pasted)
    assert refused.status_code == 413 and pasted in refused.text
    assert "Copy what you wrote from below" in refused.text


def test_saving_a_note_loses_nothing_typed_elsewhere_on_the_page(
    page: TestResponse, press: Press
) -> None:
    typed = {"verdict": "decline", "message": "Dear all", "text": "March is fine."}
    kept = press(page, "notes", note=NOTE, **typed)
    assert kept.status_code == 200 and "The note is saved." in kept.text
    values = {name: held[0].strip() for name, held in FormPage(kept.text).values.items()}
    assert {name: values[name] for name in typed} == typed and values["note"] == ""


@pytest.mark.parametrize("button", ["decision", "messages"])
def test_an_unsaved_note_survives_the_other_buttons(
    page: TestResponse, press: Press, button: str
) -> None:
    typed = {"decision": {"verdict": "ask", "message": "Why?"}, "messages": {"text": "Soon."}}
    preview = press(page, button, note=NOTE, **typed[button])
    back = press(preview, button, change="yes")
    assert FormPage(back.text).text_of("note") == NOTE
    sent = press(preview, button, confirmed=confirm(preview))
    assert sent.status_code == 200 and FormPage(sent.text).text_of("note") == NOTE


def test_a_colleagues_new_note_is_shown_before_a_decision_goes_out(
    session: Session,
    applied: Application,
    page: TestResponse,
    press: Press,
    grace: Staff,
    ada: Staff,
) -> None:
    for who, text in ((ada, "My own."), (grace, "They are a competitor of Bracken.")):
        note_as_staff(session, applied.id, text, form_id="a", actor=f"staff:{who.id}")
    session.commit()
    refused = press(page, "decision", verdict="accept")
    assert refused.status_code == 409
    told = refused.text.partition('role="alert"')[2].partition("Nothing you wrote was sent")[0]
    assert "Staff note" in told and "a competitor of Bracken" in told
    assert "My own." not in told
    assert press(refused, "decision").status_code == 200


def test_erasing_the_person_erases_the_notes(
    session: Session, desk: FlaskClient, applied: Application, page: TestResponse, press: Press
) -> None:
    press(page, "notes", note=NOTE)
    erase_person(session, applied.id, actor="prospect")
    session.commit()
    gone = desk.get(f"/staff/applications/{applied.id}")
    assert NOTE not in gone.text and "What was noted is erased." in notes_of(gone)
    assert 'name="note"' not in gone.text
    refused = press(page, "notes", note="Another.")
    assert refused.status_code == 303 and len(noted(session)) == 1
    assert "Nothing was noted" in desk.get(refused.location).text


def test_no_note_appears_in_the_thread(session: Session, applied: Application, ada: Staff) -> None:
    """The thread is what a prospect sees."""
    note_as_staff(session, applied.id, NOTE, form_id="a", actor=f"staff:{ada.id}")
    session.commit()
    events = events_about(session, applied, None)
    assert events[-1].type == "note.written"
    assert thread_of(session, events, people_of(session, applied), firm="").entries == []
