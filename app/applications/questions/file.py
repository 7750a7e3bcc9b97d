"""Reads content/questions.toml, and refuses a file that contradicts itself."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.applications.questions.checks import check_when
from app.applications.questions.questionnaire import MINUTES, STEP_KEYS, Question, Questionnaire
from app.platform.data_files import DataFileError, read_data, repeated, with_digest

# What must be known about each prospect, with the kinds of question that can ask for it.
IDENTITY = {"name": ("text",), "email": ("email",), "company": ("text",)}
_SNAKE_CASE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def load_questionnaire(path: Path) -> Questionnaire:
    """Read and check the questions. Raises DataFileError with a sentence that names the place."""
    questionnaire = read_data(path, Questionnaire)
    for problem in _problems_in(questionnaire) or _problems_in_branches(questionnaire):
        raise DataFileError(path, problem)
    version = with_digest(questionnaire.version, questionnaire)
    return msgspec.structs.replace(questionnaire, version=version)


def _problems_in(questionnaire: Questionnaire) -> list[str]:
    problems = []
    steps = tuple(step.key for step in questionnaire.steps)
    if steps != STEP_KEYS:
        problems.append(f"The steps must be {', '.join(STEP_KEYS)}, in this order.")
    minutes = sum(step.minutes for step in questionnaire.steps)
    if minutes != MINUTES:
        problems.append(f"The steps' minutes add up to {minutes}; the form promises {MINUTES}.")
    for step in questionnaire.steps:
        if not step.title.strip():
            problems.append(f"The step '{step.key}' needs a title.")
    for key in repeated(questionnaire.keys):
        problems.append(f"Two questions have the key '{key}'.")
    for question in questionnaire.questions:
        problems += [f"Question '{question.key}' {it}." for it in _problems_in_question(question)]
    return problems + _problems_in_identity(questionnaire)


def _problems_in_identity(questionnaire: Questionnaire) -> list[str]:
    """Check that the first page asks everybody who they are: an application has columns for that,
    and mail has to reach them."""
    first = {question.key: question for question in questionnaire.steps[0].questions}
    problems = []
    for key, kinds in IDENTITY.items():
        question = first.get(key)
        if not (question and question.required and not question.when and question.kind in kinds):
            kind = " or ".join(kinds)
            problems.append(
                f"The first page must ask everybody for '{key}', as a required question of the"
                f" kind {kind}."
            )
    return problems


def _problems_in_question(question: Question) -> list[str]:
    problems = []
    if not _SNAKE_CASE.fullmatch(question.key):
        problems.append("needs a key in lower_snake_case")
    if not question.label or not question.reason:
        problems.append("needs a label and a reason")
    if question.required and not question.when_empty:
        problems.append("is required and needs a when_empty message")
    if question.max_length < 1:
        problems.append(f"takes {question.max_length} characters at most, which is no answer")
    return problems + _problems_in_options(question)


def _problems_in_options(question: Question) -> list[str]:
    problems = []
    values = [option.value for option in question.options]
    if question.kind in {"choice", "choices"} and not values:
        problems.append("is a choice and needs options")
    if question.kind not in {"choice", "choices"} and values:
        problems.append(f"is of the kind '{question.kind}', which has no options")
    for option in question.options:
        if not option.label.strip():
            problems.append(f"has the option '{option.value}' without a label")
    for value in dict.fromkeys(values):
        if not _SNAKE_CASE.fullmatch(value):
            problems.append(f"has the option '{value}', which is not lower_snake_case")
    return problems + [f"has the option '{value}' twice" for value in repeated(values)]


def _problems_in_branches(questionnaire: Questionnaire) -> list[str]:
    problems = []
    for step in questionnaire.steps:
        for question in step.questions:
            faults = check_when(question.when, questionnaire)
            if not faults and question.when:
                faults = _faults_in_place(question, questionnaire) or _faults_in_way(
                    question, questionnaire
                )
                if step is questionnaire.steps[-1]:
                    faults.append("is on the last page, which asks everybody the same")
            problems += [f"Question '{question.key}' {fault}." for fault in faults]
    return problems


def _faults_in_place(question: Question, questionnaire: Questionnaire) -> list[str]:
    earlier = questionnaire.keys[: questionnaire.keys.index(question.key)]
    faults = []
    for condition in question.when:
        if condition.at_least_words:
            faults.append(f"depends on how much '{condition.question}' says; only choices lead on")
        if condition.question not in earlier:
            faults.append(f"depends on '{condition.question}', which is asked after it")
    return faults


def _faults_in_way(question: Question, questionnaire: Questionnaire) -> list[str]:
    """Check that some answers lead to the question: the conditions on its way must be
    compatible."""
    wanted: dict[str, list[set[str]]] = {}
    for condition in questionnaire.way_to(question):
        wanted.setdefault(condition.question, []).append(set(condition.any_of))
    closed = [key for key, sets in wanted.items() if not _agree(questionnaire.question(key), sets)]
    return [f"can never be reached: no answer to '{key}' leads there" for key in closed]


def _agree(question: Question, wanted: Sequence[set[str]]) -> bool:
    """Whether a single answer to the question can contain a value of each set: one value that is in
    all of them or, if several can be chosen, values that don't rule each other out."""
    if set.intersection(*wanted):
        return True
    together = {option.value for option in question.options if not option.alone}
    return question.kind == "choices" and all(values & together for values in wanted)
