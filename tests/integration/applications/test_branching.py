"""Questions that are asked only after certain answers, and drafts that outlive their questions."""

import html
from collections.abc import Callable

import msgspec
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application, Draft, StoredQuestionnaire
from app.applications.questions.questionnaire import Questionnaire, Step, current_questionnaire
from tests.integration.applications.prospect import Prospect, errors

OWNER = "broker_owner"
DAYS = "days_a_month"
WHO_OWNS_IT = "Who looks after the broker?"


def test_only_the_questions_that_the_answers_lead_to_are_required(prospect: Prospect) -> None:
    asked = prospect.press("system", brokers=["kafka"], broker_owner="")
    assert errors(asked.text) == {OWNER: "Choose who looks after the broker."}
    assert prospect.press("system", brokers=["none"], broker_owner="").status_code == 303


def test_an_answer_to_a_question_no_longer_asked_is_not_sent(
    prospect: Prospect, session: Session
) -> None:
    prospect.fill_in()
    prospect.press("system", brokers=["none"])
    assert WHO_OWNS_IT not in html.unescape(prospect.see("review"))
    prospect.send()
    application = session.scalars(select(Application)).one()
    assert OWNER not in application.answers
    assert application.answers["brokers"] == ["none"]


def test_a_hidden_answer_returns_when_its_question_is_asked_again(prospect: Prospect) -> None:
    prospect.fill_in()
    prospect.press("system", brokers=["none"])
    prospect.press("system", brokers=["kafka"])
    assert WHO_OWNS_IT in html.unescape(prospect.see("review"))


def test_the_styles_hide_a_question_until_the_answers_lead_to_it(prospect: Prospect) -> None:
    styles = prospect.client.get("/apply/questions.css")
    assert styles.mimetype == "text/css"
    assert (
        'form:not(:has([name="preferred_kind"]:is([value="fractional"]):checked))'
        f' [data-question="{DAYS}"] {{ display: none; }}' in styles.text
    )
    assert "/apply/questions.css" in prospect.see("system")
    assert "/apply/questions.css" not in prospect.see("you")


Change = Callable[[Callable[[Step], Step]], Questionnaire]


@pytest.fixture
def change_questions(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Change:
    """An owner edits the step "system" and restarts the site."""

    def change(edit: Callable[[Step], Step]) -> Questionnaire:
        before = current_questionnaire()
        steps = tuple(edit(s) if s.key == "system" else s for s in before.steps)
        after = msgspec.structs.replace(before, version="later", steps=steps)
        monkeypatch.setitem(app.extensions, "questionnaire", after)
        return after

    return change


def without_services(step: Step) -> Step:
    kept = tuple(question for question in step.questions if question.key != "services")
    return msgspec.structs.replace(step, questions=kept)


def without_the_cloud_that_was_chosen(step: Step) -> Step:
    def edited(question: msgspec.Struct) -> msgspec.Struct:
        options = tuple(o for o in question.options if o.value != "aws")  # type: ignore[attr-defined]
        return msgspec.structs.replace(question, options=options)

    questions = tuple(edited(q) if q.key == "cloud" else q for q in step.questions)
    return msgspec.structs.replace(step, questions=questions)


def test_after_the_questions_change_a_draft_keeps_what_applies_and_says_what_to_check_again(
    prospect: Prospect, change_questions: Change, session: Session
) -> None:
    prospect.fill_in()
    change_questions(without_the_cloud_that_was_chosen)
    page = prospect.client.get("/apply/review", follow_redirects=True)
    assert page.request.path == "/apply/system"
    assert "Pages to check again: The system today." in html.unescape(page.text)
    draft = session.scalars(select(Draft)).one()
    assert draft.answers["peak_load"] == prospect.answers["peak_load"]
    assert prospect.press("system", cloud="azure").status_code == 303
    assert prospect.send().location.startswith("/applications/")


def test_a_review_of_older_questions_is_shown_again_before_sending(
    prospect: Prospect, change_questions: Change, session: Session
) -> None:
    prospect.fill_in()
    seen = prospect.see("review")
    change_questions(without_services)
    assert prospect.send(seen=seen).status_code == 409
    assert prospect.send().status_code == 303
    assert "services" not in session.scalars(select(Application)).one().answers


def test_an_application_keeps_the_questions_that_it_answered(
    prospect: Prospect, change_questions: Change, session: Session
) -> None:
    prospect.fill_in()
    sent = prospect.send()
    asked = session.scalars(select(StoredQuestionnaire)).one()
    assert asked.version == session.scalars(select(Application)).one().questions_version
    change_questions(without_services)
    page = html.unescape(prospect.client.get(sent.location).text)
    assert "Services or deployable applications" in page
