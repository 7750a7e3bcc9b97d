"""A command from another site's form: what it becomes, and what is wrong with it."""

import json
import re
from multiprocessing.pool import ThreadPool
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationSubmitted
from app.applications.intake.submit_command import (
    SUBMIT,
    AlreadyTaken,
    CommandRefused,
    accepted_answers,
    take_command,
)
from app.applications.models import Application, Draft, TakenCommand
from app.applications.questions.questionnaire import current_questionnaire
from app.events.store import read_stream
from app.events.types import stream_of
from app.platform.database import db
from config import ROOT
from tests.integration.applications.prospect import Prospect, errors

DOCUMENT = ROOT / "docs" / "bridges.md"
SOURCE = "https://partner.example/apply"


def command(answers: object, event_id: str = "1", **attributes: str) -> CloudEvent:
    about = {"id": event_id, "source": SOURCE, "type": SUBMIT, "specversion": "1.0"}
    return CloudEvent(about | attributes, {"answers": answers})


def take(session: Session, wanted: CloudEvent) -> None:
    take_command(session, wanted, current_questionnaire(), prefix="CE")
    session.commit()


def refusal_of(session: Session, wanted: CloudEvent) -> dict[str, str]:
    with pytest.raises(CommandRefused) as refused:
        take(session, wanted)
    session.rollback()
    assert count(session, Application) == count(session, Draft) == count(session, TakenCommand) == 0
    return refused.value.problems


def count(session: Session, kind: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def test_a_command_becomes_the_same_application_as_the_form_would_make(
    session: Session, prospect: Prospect
) -> None:
    take(session, command(prospect.answers))
    by_command = session.scalars(select(Application)).one()
    prospect.fill_in()
    prospect.send()
    by_form = session.scalars(select(Application).where(Application.id != by_command.id)).one()
    assert by_command.answers == by_form.answers
    assert (by_command.email, by_command.status) == (by_form.email, "submitted")
    (recorded,) = read_stream(session, stream_of("application", by_command.id))
    assert isinstance(recorded.data, ApplicationSubmitted)
    assert recorded.data.answers == by_form.answers
    assert session.get_one(Draft, by_command.draft_id).submitted_at


def test_the_command_in_the_docs_is_taken_and_contains_only_required_answers(
    session: Session,
) -> None:
    (printed,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    wanted = JSONFormat().read(None, printed)
    take_command(session, wanted, current_questionnaire(), prefix="CE")
    answers = json.loads(printed)["data"]["answers"]
    for key in answers:
        fewer = {name: answer for name, answer in answers.items() if name != key}
        with pytest.raises(CommandRefused, match=key):
            accepted_answers(fewer, current_questionnaire())


def test_a_command_is_taken_once_per_source_and_id(session: Session, prospect: Prospect) -> None:
    take(session, command(prospect.answers))
    with pytest.raises(AlreadyTaken):
        take(session, command(prospect.answers))
    session.rollback()
    take(session, command(prospect.answers, event_id="2"))
    take(session, command(prospect.answers, source="https://another.example"))
    assert count(session, Application) == count(session, TakenCommand) == 3


def test_a_command_that_was_not_noted_would_be_taken_twice(
    session: Session, prospect: Prospect
) -> None:
    """The control: its source and id are forgotten."""
    take(session, command(prospect.answers))
    session.execute(delete(TakenCommand))
    take(session, command(prospect.answers))
    assert count(session, Application) == 2


def test_a_repeat_is_recognised_however_the_questions_have_changed(
    session: Session, prospect: Prospect
) -> None:
    take(session, command(prospect.answers))
    with pytest.raises(AlreadyTaken):
        take(session, command({"a_question": "that was taken away since"}))


def test_of_simultaneous_repeats_only_one_is_taken(
    app: Flask, session: Session, prospect: Prospect
) -> None:
    def try_it(_: int) -> bool:
        with app.app_context():
            try:
                take(db.session(), command(prospect.answers))
            except AlreadyTaken:
                return False
            return True

    with ThreadPool(6) as pool:
        assert sum(pool.map(try_it, range(12))) == 1
    assert count(session, Application) == 1


@pytest.mark.parametrize(
    ("step", "key", "value"),
    [
        ("you", "name", ""),
        ("you", "name", "   "),
        ("you", "name", "x" * 101),
        ("you", "name", "Ada\x00Lovelace"),
        ("you", "email", "ada"),
        ("you", "email", "ada@client.example, eve@client.example"),
        ("you", "role", "king"),
        ("you", "website", "javascript:alert(1)"),
        ("problem", "problem", ""),
        ("problem", "problem", "a" + "\u0301" * 9),
    ],
)
def test_a_wrong_answer_is_reported_in_the_forms_own_words(
    session: Session, prospect: Prospect, step: str, key: str, value: str
) -> None:
    beside_the_field = errors(prospect.press(step, **{key: value}).text)
    answers = {**prospect.answers, key: value}
    with pytest.raises(CommandRefused) as refused:
        accepted_answers(answers, current_questionnaire())
    assert refused.value.problems == beside_the_field
    assert list(beside_the_field) == [key]


def test_all_wrong_answers_are_named_in_one_refusal(session: Session, prospect: Prospect) -> None:
    answers = {**prospect.answers, "name": "", "email": "ada", "shoe_size": "38"}
    problems = refusal_of(session, command(answers))
    assert set(problems) == {"name", "email", "shoe_size"}
    assert problems["shoe_size"] == "No such question."


def test_a_command_without_any_answer_is_refused_question_by_question(session: Session) -> None:
    asked = current_questionnaire().asked({})
    required = {question.key for question in asked if question.required}
    assert set(refusal_of(session, command({}))) == required


def test_an_answer_that_was_not_asked_for_is_refused(session: Session, prospect: Prospect) -> None:
    answers = {**prospect.answers, "brokers": ["none"]}
    problems = refusal_of(session, command(answers))
    assert problems == {"broker_owner": "This question does not apply, given the other answers."}


@pytest.mark.parametrize(
    ("key", "value"), [("name", ["Ada", "Grace"]), ("role", ["cto"]), ("consent", "yes")]
)
def test_an_answer_of_the_wrong_type_is_asked_for_again(
    session: Session, prospect: Prospect, key: str, value: object
) -> None:
    problems = refusal_of(session, command({**prospect.answers, key: value}))
    assert problems == {key: "Answer this question again."}


@pytest.mark.parametrize("answers", [None, "text", ["list"], {"name": 1}, {"name": {"a": "b"}}])
def test_data_without_valid_answers_is_refused(session: Session, answers: object) -> None:
    assert refusal_of(session, command(answers))[""].startswith("The data does not fit")


@pytest.mark.parametrize(
    "attributes",
    [{"type": "application.submitted"}, {"source": "x" * 1001}],
    ids=["another type", "a source without end"],
)
def test_a_command_of_another_type_or_with_an_overlong_source_is_refused(
    session: Session, prospect: Prospect, attributes: dict[str, str]
) -> None:
    assert set(refusal_of(session, command(prospect.answers, **attributes))) == {""}


@pytest.mark.parametrize("name", ["source", "id"])
@pytest.mark.parametrize("unstorable", ["\x00", "\ud800"])
def test_a_command_whose_source_or_id_cannot_be_stored_is_told_which(
    session: Session, prospect: Prospect, name: str, unstorable: str
) -> None:
    about = {"id": "1", "source": SOURCE, "type": SUBMIT, "specversion": "1.0"}
    wrong = CloudEvent(about | {name: f"form{unstorable}"}, {"answers": prospect.answers})
    assert refusal_of(session, wrong) == {
        "": f"The {name} has a NUL or half a surrogate pair in it."
    }


def test_data_given_as_text_is_parsed_as_json(session: Session, prospect: Prospect) -> None:
    about = {"id": "1", "source": SOURCE, "type": SUBMIT, "specversion": "1.0"}
    assert "JSON" in refusal_of(session, CloudEvent(about, "no {json"))[""]
