"""Which steps count as complete: a page says whether it accepts its own answers, and those of other
pages may lead to more of its questions."""

import secrets

import msgspec
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.applications.drafts.progress import answered_steps, is_answered, unfinished_steps
from app.applications.drafts.service import (
    NO_SAVE,
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
from app.platform.database.connection import driver_connection

# In addition to the site's own conditions, each of which leads to a question on the same page.
LED_FROM_ELSEWHERE = {"success": "brokers", "problem": "cloud", "budget": "frequency"}
EARLIER = STEP_KEYS[:-1]
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
    seen: set[str] = set()
    saved = data.draw(st.lists(st.sampled_from(questionnaire.steps), max_size=12))
    for number, step in enumerate((*questionnaire.steps, *saved)):
        answers = typed_on(step, data)
        keys = {question.key for question in step.questions}
        after = {k: v for k, v in draft.answers.items() if k not in keys} | answers
        save = Save(f"save{number}", (last_save(draft, step),))
        accepted = is_answered(step, answers)
        save_step(connection, draft.id, step, answers, save, accepted=accepted, language="en")
        draft = read_again(connection, draft.id)
        seen.add(step.key)
        assert draft.answers == after
        complete = answered_steps(after, [key for key in EARLIER if key in seen], questionnaire)
        unfinished = [step.key for step in unfinished_steps(draft, questionnaire)]
        assert unfinished == [key for key in EARLIER if key not in complete]


def test_an_answer_that_leads_to_a_question_in_another_step_makes_that_step_incomplete(
    session: Session, questionnaire: Questionnaire
) -> None:
    connection = driver_connection(session)
    draft_id = start_draft(session, questionnaire).id

    def unfinished_after(key: str, answers: Answers) -> list[str]:
        step, save = questionnaire.step(key), Save(secrets.token_hex(8), (NO_SAVE,))
        save_step(connection, draft_id, step, answers, save, accepted=True, language="en")
        draft = read_again(connection, draft_id)
        return [step.key for step in unfinished_steps(draft, questionnaire)]

    leading = questionnaire.question("brokers").options
    outcome = questionnaire.step("outcome").questions
    answers = {q.key: as_answer(q, choices_of(q)[0]) for q in outcome if not q.when}
    assert "outcome" not in unfinished_after("outcome", answers)
    assert "outcome" in unfinished_after("system", {"brokers": [leading[0].value]})
