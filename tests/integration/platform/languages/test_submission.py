"""A draft and an application remember their language; the stored questions are always the
original."""

import html
import re
from collections.abc import Callable

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationSubmitted
from app.applications.models import Application, Draft, StoredQuestionnaire
from app.applications.questions.questionnaire import (
    Questionnaire,
    current_questionnaire,
    original_questionnaire,
)
from app.events.store import read_stream
from app.events.types import stream_of
from app.platform.languages.choice import in_language
from tests.integration.applications.prospect import Prospect, hidden


def draft_in(session: Session) -> Draft:
    session.rollback()
    return session.scalars(select(Draft)).one()


def send_as(prospect: Prospect, session: Session) -> Application:
    """Fill in and send the form; return the application as stored."""
    prospect.fill_in()
    assert prospect.send().status_code == 303
    session.rollback()
    return session.scalars(select(Application)).one()


def test_an_application_remembers_the_language_it_was_sent_in(
    prospect: Prospect, session: Session, app: Flask, handle_events: Callable[[], None]
) -> None:
    application = send_as(prospect, session)
    assert application.language == "de"
    [sent, *_] = read_stream(session, stream_of("application", application.id))
    assert isinstance(sent.data, ApplicationSubmitted)
    assert sent.data.language == "de"

    handle_events()
    verified = app.test_cli_runner().invoke(args=["events", "verify"])
    assert verified.output == "Every row is as the log says.\n"


def test_a_row_whose_language_differs_from_its_event_is_named(
    prospect: Prospect, session: Session, app: Flask, handle_events: Callable[[], None]
) -> None:
    send_as(prospect, session).language = "en"
    session.commit()
    handle_events()
    verified = app.test_cli_runner().invoke(args=["events", "verify"])
    assert verified.exit_code == 1
    assert "language" in verified.output


def test_the_original_questions_are_stored_even_if_the_first_draft_was_german(
    prospect: Prospect, session: Session
) -> None:
    application = send_as(prospect, session)
    with in_language("de"):
        assert current_questionnaire() != original_questionnaire()
    stored = session.scalars(select(StoredQuestionnaire)).one()
    assert stored.version == application.questions_version
    assert msgspec.convert(stored.content, Questionnaire) == original_questionnaire()


def test_the_answers_sent_do_not_depend_on_the_language(
    prospect: Prospect, session: Session
) -> None:
    assert send_as(prospect, session).answers == prospect.answers


def test_switching_the_language_half_way_keeps_every_answer(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in("you", "system")
    symptom = prospect.answers["symptoms"][0]
    prospect.press("problem", "go_to", "system", problem="Nur angefangen", symptoms=[symptom])
    before = draft_in(session)
    assert before.language == "de"
    answers, complete = dict(before.answers), list(before.complete_steps)

    english = prospect.client.get("/apply/problem?lang=en").text
    assert '<html lang="en">' in english
    assert "Nur angefangen" in english
    assert re.search(rf'<input checked[^>]* value="{symptom}"', english)
    after = draft_in(session)
    assert (after.answers, after.complete_steps) == (answers, complete)
    assert after.language == "de", "It was last saved in German."

    prospect.fill_in("problem")
    after = draft_in(session)
    assert after.language == "en"
    for question in (*prospect.steps[0].questions, *prospect.steps[1].questions):
        assert after.answers.get(question.key) == answers.get(question.key)
    assert '<html lang="de">' in prospect.client.get("/apply/outcome?lang=de").text
    assert send_as(prospect, session).language == "de"


def test_a_page_shown_in_german_can_be_sent_after_switching_the_language(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    page = prospect.see("review")
    prospect.client.get("/?lang=en")
    assert prospect.send(seen=page).status_code == 303
    session.rollback()
    assert session.scalars(select(Application.language)).one() == "en"


@pytest.fixture
def german_desk(desk: FlaskClient) -> FlaskClient:
    """The browser of a member of staff who prefers German on public pages."""
    desk.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    return desk


def test_staff_are_told_which_language_to_write_in(
    prospect: Prospect, session: Session, german_desk: FlaskClient
) -> None:
    application = send_as(prospect, session)
    page = f"/staff/applications/{application.id}"
    assert "Sent in German: write back in that language." in german_desk.get(page).text
    application.language = "en"
    session.commit()
    assert "write back in that language" not in german_desk.get(page).text


def test_staff_see_a_german_application_with_the_questions_in_english(
    prospect: Prospect, session: Session, german_desk: FlaskClient
) -> None:
    application = send_as(prospect, session)
    page = html.unescape(german_desk.get(f"/staff/applications/{application.id}").text)
    for step in original_questionnaire().steps[:-1]:
        assert step.title in page
    assert hidden(page, "csrf_token")
