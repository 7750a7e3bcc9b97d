"""Answers in words: the labels of questions and options instead of their keys."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.applications.questions.answers import Answer, Answers
from app.applications.questions.questionnaire import (
    Question,
    Questionnaire,
    Step,
    current_questionnaire,
)
from app.applications.questions.versions import kept_questionnaires


def answers_asked_no_more(session: Session, answers: Answers) -> list[tuple[str, Answer]]:
    """Answers to questions that today's form no longer has, as (question, answer in words), each
    in the wording of the last questionnaire that asked it."""
    gone = set(answers) - set(current_questionnaire().keys)
    rows: list[tuple[str, Answer]] = []
    for questionnaire in kept_questionnaires(session) if gone else ():
        known = [key for key in questionnaire.keys if key in gone]
        rows += readable_rows(answers, map(questionnaire.question, known))
        gone -= set(known)
        if not gone:
            break
    return rows


def readable_answers(
    answers: Answers, questionnaire: Questionnaire
) -> list[tuple[Step, list[tuple[str, Answer]]]]:
    """The answers by step, as (question, answer in words), with "" for a missing answer. Questions
    that were not asked are left out."""
    asked = questionnaire.asked(answers)
    return [
        (step, readable_rows(answers, [q for q in step.questions if q in asked]))
        for step in questionnaire.steps
    ]


def readable_rows(answers: Answers, questions: Iterable[Question]) -> list[tuple[str, Answer]]:
    """The answers to these questions, as (question, answer in words)."""
    rows = []
    for question in questions:
        labels = {option.value: option.label for option in question.options}
        given = answers.get(question.key, "")
        in_words: Answer = (
            [labels.get(one, one) for one in given]
            if isinstance(given, list)
            else labels.get(given, given)
        )
        rows.append((question.label, in_words))
    return rows
