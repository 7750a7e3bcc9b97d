"""Which steps count as complete: a save looks only at what it may have changed, which is enough
even where an answer leads to a question on another page."""

import msgspec
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.applications.drafts.progress import answered_steps
from app.applications.drafts.service import (
    Save,
    last_save,
    read_again,
    save_step,
    start_draft,
)
from app.applications.questions.answers import Answer, Answers
from app.applications.questions.conditions import Condition
from app.applications.questions.questionnaire import (
    STEP_KEYS,
    Question,
    Questionnaire,
    Step,
    current_questionnaire,
)
from app.database.connection import driver_connection

# In addition to the site's own conditions, each of which leads to a question on the same page.
LED_FROM_ELSEWHERE = {"success": "brokers", "problem": "cloud", "budget": "frequency"}
TYPED = {"email": "ada@client.example", "url": "https://client.example"}


@pytest.fixture
def questionnaire(app: Flask) -> Questionnaire:
    current = current_questionnaire()

    def led_to(question: Question) -> Question:
        if question.key not in LED_FROM_ELSEWHERE:
            return question
        leading = current.question(LED_FROM_ELSEWHERE[question.key])
        when = (Condition(leading.key, any_of=(leading.options[0].value,)),)
        return msgspec.structs.replace(question, when=when, required=True, when_empty="Answer it.")

    def with_more(step: Step) -> Step:
        return msgspec.structs.replace(step, questions=tuple(map(led_to, step.questions)))

    return msgspec.structs.replace(current, steps=tuple(map(with_more, current.steps)))


def choices_of(question: Question) -> list[str]:
    return [option.value for option in question.options] or [TYPED.get(question.kind, "Text")]


def as_answer(question: Question, text: str) -> Answer:
    return [text] if text and question.kind == "choices" else text


def typed_on(step: Step, data: st.DataObject) -> Answers:
    """What a page holds. Questions that lead to others, and those they lead to, have any answer,
    none, or one that can't be kept; all others have an answer that can."""
    varied = {*LED_FROM_ELSEWHERE, *LED_FROM_ELSEWHERE.values()}
    given = {}
    for question in step.questions:
        texts = [*choices_of(question)[:2], "\x01", ""] if question.key in varied else []
        text = data.draw(st.sampled_from(texts)) if texts else choices_of(question)[0]
        given[question.key] = as_answer(question, text)
    return {key: answer for key, answer in given.items() if answer}


@settings(max_examples=60)
@given(st.data())
def test_a_step_is_complete_exactly_when_every_question_asked_in_it_has_a_valid_answer(
    session: Session, questionnaire: Questionnaire, data: st.DataObject
) -> None:
    connection = driver_connection(session)
    draft = read_again(connection, start_draft(session, questionnaire).id)
    expected: list[str] = []
    saved = data.draw(st.lists(st.sampled_from(questionnaire.steps), max_size=12))
    for number, step in enumerate((*questionnaire.steps, *saved)):
        answers = typed_on(step, data)
        keys = {question.key for question in step.questions}
        after = {k: v for k, v in draft.answers.items() if k not in keys} | answers
        complete = answered_steps(after, [step.key], questionnaire) == [step.key]
        save = Save(f"save{number}", (last_save(draft, step),))
        draft = save_step(
            connection, draft, step, answers, questionnaire, save, accepted=True, language="en"
        )
        done = {*expected, step.key} if complete else {*expected} - {step.key}
        expected = answered_steps(after, [k for k in STEP_KEYS if k in done], questionnaire)
        assert draft.complete_steps == expected


def test_an_answer_that_leads_to_a_question_in_another_step_makes_that_step_incomplete(
    session: Session, questionnaire: Questionnaire
) -> None:
    connection = driver_connection(session)
    draft = read_again(connection, start_draft(session, questionnaire).id)
    draft = draft._replace(complete_steps=["outcome"])
    saved = save_step(
        connection,
        draft,
        questionnaire.step("system"),
        {"brokers": [questionnaire.question("brokers").options[0].value]},
        questionnaire,
        Save("save", ()),
        accepted=False,
        language="en",
    )
    assert saved.complete_steps == []
