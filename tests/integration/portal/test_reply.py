"""Answering a reviewer's question: once, and no text is lost on the way."""

import html
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.applications.events import ApplicationDeclined, MoreRequested
from app.applications.models import Application
from app.applications.service import provide_more
from app.events.store import read_stream
from app.events.types import stream_of
from app.messages.service import write_as_staff
from app.platform.database import db
from app.portal import views
from app.portal.views import ANOTHER_QUESTION
from tests.integration.portal.conftest import VERSION, Decide, Send


def answers_given(session: Session, application: Application) -> list[str]:
    session.rollback()
    events = read_stream(session, stream_of("application", application.id))
    return [e.data.message for e in events if e.type == "application.more_provided"]


def test_the_page_shows_the_question_with_a_form_below_it(
    client: FlaskClient, path: str, asked: str
) -> None:
    page = client.get(path).text
    assert "The reviewer has a question for you." in page
    assert html.escape(asked) in page and 'name="message"' in page


def test_the_page_names_the_question_even_when_more_was_written_after_it(
    client: FlaskClient, path: str, asked: str, session: Session, application: Application
) -> None:
    write_as_staff(session, application.id, "No hurry.", form_id="a", actor="staff:ada")
    session.commit()
    page = html.unescape(client.get(path).text)
    assert "It is the last message below that says “Question”." in page
    assert page.index(asked) < page.index("No hurry.")
    german = client.get(f"{path}?lang=de").text
    assert "Sie ist die letzte Nachricht unten, bei der „Frage“ steht." in german


def test_an_answer_reaches_the_reviewer_and_the_page_says_so(
    client: FlaskClient,
    path: str,
    asked: str,
    send: Send,
    application: Application,
    session: Session,
) -> None:
    assert send("reply", message="\r\nForty-one.\r\n\r\nNobody. ").location == path
    assert answers_given(session, application) == ["Forty-one.\n\nNobody."]
    page = client.get(path).text
    assert "Your answer is with the reviewer." in page and 'name="message"' not in page
    assert "Forty-one.\n\nNobody." in page


def test_an_answer_that_begins_with_a_list_keeps_the_indent_of_its_first_line(
    asked: str, send: Send, application: Application, session: Session
) -> None:
    send("reply", message="\r\n \r\n  * forty-one\r\n  * nobody \r\n\r\n")
    assert answers_given(session, application) == ["  * forty-one\n  * nobody"]


def test_a_second_click_sends_no_second_answer(
    asked: str, send: Send, application: Application, session: Session
) -> None:
    codes = [send("reply", message="Forty-one.").status_code for _ in range(2)]
    assert codes == [303, 303]
    assert answers_given(session, application) == ["Forty-one."]


def test_another_answer_from_another_tab_is_not_sent_and_not_lost(
    asked: str, send: Send, application: Application, session: Session
) -> None:
    send("reply", message="Forty-one.")
    late = send("reply", message="Forty-two, in <fact>.")
    assert late.status_code == 409
    assert (
        "The question is no longer open" in late.text and "Forty-two, in &lt;fact&gt;." in late.text
    )
    assert "already been answered" in late.text
    assert answers_given(session, application) == ["Forty-one."]


def test_an_answer_typed_for_an_earlier_question_is_not_taken_for_one_to_the_next(
    client: FlaskClient,
    path: str,
    asked: str,
    decide: Decide,
    send: Send,
    application: Application,
    session: Session,
) -> None:
    earlier = VERSION.search(client.get(path).text)
    assert earlier
    send("reply", message="Forty-one.")
    decide(MoreRequested(message="And how many topics?"))
    again = send("reply", message="Forty-one.", version=earlier[1])
    assert again.status_code == 303
    late = send("reply", message="Nobody owns <them>.", version=earlier[1])
    page = html.unescape(late.text)
    assert late.status_code == 409 and "Nobody owns <them>." in page
    assert page.count(str(ANOTHER_QUESTION)) == 2 and "And how many topics?" in page
    assert answers_given(session, application) == ["Forty-one."]
    shown = VERSION.search(late.text)
    assert shown
    assert send("reply", message="Seven.", version=shown[1]).status_code == 303
    assert answers_given(session, application) == ["Forty-one.", "Seven."]


def test_an_answer_from_a_page_of_an_earlier_release_is_taken(
    asked: str, send: Send, application: Application, session: Session
) -> None:
    assert send("reply", message="Forty-one.", version="").status_code == 303
    assert answers_given(session, application) == ["Forty-one."]


def test_an_answer_after_the_decision_is_not_sent_and_not_lost(
    asked: str, decide: Decide, send: Send, session: Session, application: Application
) -> None:
    decide(ApplicationDeclined(message=""))
    late = send("reply", message="Forty-one.")
    assert late.status_code == 409 and "Forty-one." in late.text
    assert "already been answered" not in late.text and "decided or withdrawn" in late.text
    assert answers_given(session, application) == []


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("", "Write your answer first."),
        (" \n ", "Write your answer first."),
        ("a\x00b", "can’t be stored"),
        ("Z" + "\u0301" * 40, "too many accents"),
        ("r" * 4001, "at most 4,000 characters"),
    ],
)
def test_an_error_is_shown_and_what_was_typed_is_kept(
    asked: str,
    send: Send,
    application: Application,
    session: Session,
    message: str,
    sentence: str,
) -> None:
    answer = send("reply", message=message)
    assert answer.status_code == 422
    assert html.unescape(answer.text).count(sentence) == 2
    assert message.strip() in answer.text
    assert answers_given(session, application) == []


def test_an_expired_page_keeps_the_text(
    asked: str, send: Send, application: Application, session: Session
) -> None:
    answer = send("reply", csrf_token="old", message="My long text")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and "My long text" in answer.text
    assert answers_given(session, application) == []


def test_four_thousand_characters_in_any_script_are_accepted(
    asked: str, send: Send, application: Application, session: Session
) -> None:
    message = "مرحبا 😀 <b>{{7*7}}</b> %s " + "r" * 3900
    assert send("reply", message=message).status_code == 303
    assert answers_given(session, application) == [message]


def test_an_answer_from_somebody_erased_in_the_meantime_is_not_taken(
    client: FlaskClient,
    path: str,
    asked: str,
    send: Send,
    application: Application,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def erase_first(*answer: Any, **seen: Any) -> None:
        with Session(db.engine) as other:
            erase_person(other, application.id, actor="operator:ada")
            other.commit()
        provide_more(*answer, **seen)

    monkeypatch.setattr(views, "provide_more", erase_first)
    assert send("reply", message="Forty-one.").status_code == 410
    assert answers_given(session, application) == []
