"""The questions that a prospect is asked, and what counts as an answer to each.

The questions are data (content/questions.toml). The web form, the rubric, the rate card and the
staff's pages all read the same Questionnaire.
"""

import re
from pathlib import Path
from typing import Final, Literal, cast

from flask import current_app
from msgspec import Struct

from app.data_files import DataFileError, read_data

Answer = str | list[str]
Answers = dict[str, Answer]
"""Question key to answer: a list for the kind "choices", else a string. Unanswered: no key."""

STEP_KEYS: Final = ("you", "system", "problem", "outcome", "engagement", "review")
MINUTES: Final = 10

_SNAKE_CASE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to choose. ``alone``: it rules out the others, as "none of these" does."""

    value: str
    label: str
    hint: str = ""
    alone: bool = False


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One question. ``reason`` tells the prospect what the firm uses the answer for.

    ``max_length`` counts characters of a typed answer. ``when_empty`` is the message beside a
    required question that was left empty.
    """

    key: str
    kind: Literal["text", "email", "url", "long_text", "choice", "choices"]
    label: str
    reason: str
    hint: str = ""
    required: bool = True
    when_empty: str = ""
    max_length: int = 200
    options: tuple[Option, ...] = ()
    autocomplete: str = ""

    def problem_with(self, answer: Answer | None) -> str:
        """Return the sentence that says why ``answer`` can't be kept, or "" when it can.

        Knows what the data says: required, length, options. Spelling of addresses is the form's.
        """
        if not answer:
            return self.when_empty if self.required else ""
        if not self.has_shape_of(answer):
            return "Answer this question again."
        if self.options:
            return self._problem_with_chosen(answer if isinstance(answer, list) else [answer])
        if len(answer) > self.max_length:
            return f"Use {self.max_length:,} characters or fewer. You have {len(answer):,}."
        return ""

    def has_shape_of(self, answer: Answer) -> bool:
        """Whether it is a list where several can be chosen, and one text elsewhere."""
        return not answer or isinstance(answer, list) == (self.kind == "choices")

    def _problem_with_chosen(self, chosen: list[str]) -> str:
        options = {option.value: option for option in self.options}
        if any(value not in options for value in chosen):
            return "Choose from the answers shown."
        for value in chosen:
            if options[value].alone and len(chosen) > 1:
                return f"Choose either “{options[value].label}” or the others, not both."
        return ""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One page of questions. ``minutes`` is its part of the ten that the whole takes."""

    key: str
    title: str
    intro: str
    minutes: int
    questions: tuple[Question, ...]


class Questionnaire(Struct, frozen=True, forbid_unknown_fields=True):
    """All steps in their order. ``version`` is kept with every application."""

    version: str
    steps: tuple[Step, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for step in self.steps for question in step.questions)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all questions, in the order they are asked."""
        return tuple(question.key for question in self.questions)

    def step(self, key: str) -> Step:
        """Return the step of that key. Raises KeyError."""
        return {step.key: step for step in self.steps}[key]

    def question(self, key: str) -> Question:
        """Return the question of that key. Raises KeyError."""
        return {question.key: question for question in self.questions}[key]

    def problems_with(self, answers: Answers) -> dict[str, str]:
        """Return question key → sentence for every answer that is missing or can't be kept."""
        found = {q.key: q.problem_with(answers.get(q.key)) for q in self.questions}
        found |= {key: "No such question." for key in answers if key not in found}
        return {key: problem for key, problem in found.items() if problem}


def current_questionnaire() -> Questionnaire:
    """Return the questions of the running app."""
    return cast(Questionnaire, current_app.extensions["questionnaire"])


def load_questionnaire(path: Path) -> Questionnaire:
    """Read and check the questions. Raises DataFileError with a sentence that names the place."""
    questionnaire = read_data(path, Questionnaire)
    for problem in _problems_in(questionnaire):
        raise DataFileError(path, problem)
    return questionnaire


def _problems_in(questionnaire: Questionnaire) -> list[str]:
    problems = []
    steps = tuple(step.key for step in questionnaire.steps)
    if steps != STEP_KEYS:
        problems.append(f"The steps must be {', '.join(STEP_KEYS)}, in this order.")
    minutes = sum(step.minutes for step in questionnaire.steps)
    if minutes != MINUTES:
        problems.append(f"The steps' minutes add up to {minutes}; the form promises {MINUTES}.")
    for key in dict.fromkeys(questionnaire.keys):
        if questionnaire.keys.count(key) > 1:
            problems.append(f"Two questions have the key '{key}'.")
    for question in questionnaire.questions:
        problems += [f"Question '{question.key}' {it}." for it in _problems_in_question(question)]
    return problems


def _problems_in_question(question: Question) -> list[str]:
    problems = []
    values = [option.value for option in question.options]
    if not _SNAKE_CASE.fullmatch(question.key):
        problems.append("needs a key in lower_snake_case")
    if not question.label or not question.reason:
        problems.append("needs a label and a reason")
    if question.required and not question.when_empty:
        problems.append("is required and needs a when_empty message")
    if question.kind in {"choice", "choices"} and not values:
        problems.append("is a choice and needs options")
    if question.kind not in {"choice", "choices"} and values:
        problems.append(f"is of the kind '{question.kind}', which has no options")
    for value in dict.fromkeys(values):
        if not _SNAKE_CASE.fullmatch(value):
            problems.append(f"has the option '{value}', which is not lower_snake_case")
        if values.count(value) > 1:
            problems.append(f"has the option '{value}' twice")
    return problems
