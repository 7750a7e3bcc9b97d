"""The questions that a prospect is asked, and what counts as a valid answer to each.

The questions are data (content/questions.toml). The web form, the rubric, the rate card and the
staff's pages all read the same Questionnaire.
"""

from collections.abc import Sequence
from typing import Final, Literal, cast

from flask import current_app
from flask_babel import gettext
from msgspec import Struct

from app.applications.questions.answers import Answer, Answers
from app.applications.questions.conditions import When, all_hold
from app.platform.languages.prose import Prose, current_data
from app.web.rendering import number
from app.web.text_checks import PROBLEM_WITH, problem_with_text, shows_nothing

STEP_KEYS: Final = ("you", "system", "problem", "outcome", "engagement", "review")
MINUTES: Final = 10


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One option. ``alone`` means that it rules out the others, as "none of these" does."""

    value: str
    label: Prose
    hint: Prose = ""
    alone: bool = False


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """One question. ``reason`` tells the prospect what the firm uses the answer for.

    ``max_length`` counts the characters of a typed answer. ``when_empty`` is the error message for
    a required question that was left empty. ``when`` says after which answers it is asked; if
    empty, always. ``criteria`` names the rubric's criteria that read the answer.
    """

    key: str
    kind: Literal["text", "email", "url", "long_text", "choice", "choices"]
    label: Prose
    reason: Prose
    hint: Prose = ""
    required: bool = True
    when_empty: Prose = ""
    max_length: int = 200
    options: tuple[Option, ...] = ()
    autocomplete: str = ""
    when: When = ()
    criteria: tuple[str, ...] = ()

    def problem_with(self, answer: Answer | None) -> str:
        """Return the sentence that says what is wrong with ``answer``, or "" if it is valid.

        Besides forms, the submission calls this, to check accepted answers again.
        """
        if not answer:
            return self.when_empty if self.required else ""
        if not self.has_shape_of(answer):
            return gettext("Answer this question again.")
        if self.options:
            return self._problem_with_chosen(answer if isinstance(answer, list) else [answer])
        return self._problem_with_typed(str(answer))

    def has_shape_of(self, answer: Answer) -> bool:
        """Whether the answer is a list if several options can be chosen, and otherwise a string."""
        return not answer or isinstance(answer, list) == (self.kind == "choices")

    def _problem_with_typed(self, text: str) -> str:
        if self.required and shows_nothing(text):
            return self.when_empty
        if problem := problem_with_text(text, has_lines=self.kind == "long_text"):
            return problem
        if len(text) > self.max_length:
            return gettext(
                "Use %(most)s characters or fewer. You have %(number)s.",
                most=number(self.max_length),
                number=number(len(text)),
            )
        spelled = PROBLEM_WITH.get(self.kind)
        return spelled(text) if spelled else ""

    def _problem_with_chosen(self, chosen: list[str]) -> str:
        options = {option.value: option for option in self.options}
        if any(value not in options for value in chosen):
            return gettext("Choose from the answers shown.")
        for value in chosen:
            if options[value].alone and len(chosen) > 1:
                return gettext(
                    "Choose either “%(answer)s” or the others, not both.",
                    answer=options[value].label,
                )
        return ""


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One page of questions. ``minutes`` is its share of the MINUTES that the form takes."""

    key: str
    title: Prose
    intro: Prose
    minutes: int
    questions: tuple[Question, ...]


class Questionnaire(Struct, frozen=True, forbid_unknown_fields=True):
    """All steps in order. ``version`` is stored with every application; it ends with a digest of
    the questions, so that every edit makes a new version."""

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
        """Return the step with that key. Raises KeyError."""
        return {step.key: step for step in self.steps}[key]

    def question(self, key: str) -> Question:
        """Return the question with that key. Raises KeyError."""
        return {question.key: question for question in self.questions}[key]

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """The questions that these answers lead to."""
        return asked_among(self.questions, answers)

    def way_to(self, question: Question) -> When:
        """All conditions under which the question is asked: its own, and recursively those of each
        question that they read."""
        way = list(question.when)
        for condition in question.when:
            way += self.way_to(self.question(condition.question))
        return tuple(way)

    def answers_to_asked(self, answers: Answers) -> Answers:
        """The answers without those to questions that are not asked."""
        return {q.key: answers[q.key] for q in self.asked(answers) if q.key in answers}


def asked_among(questions: Sequence[Question], answers: Answers) -> tuple[Question, ...]:
    """Those of the questions that these answers lead to. Answers to other questions are ignored,
    here as everywhere."""
    counted: Answers = {}
    found = []
    for question in questions:
        if all_hold(question.when, counted):
            found.append(question)
            if question.key in answers:
                counted[question.key] = answers[question.key]
    return tuple(found)


def problems_with_asked(questions: Sequence[Question], answers: Answers) -> dict[str, str]:
    """Return question key → sentence for every answer that is missing or invalid, of those of the
    questions that these answers lead to."""
    found = {q.key: q.problem_with(answers.get(q.key)) for q in asked_among(questions, answers)}
    return {key: problem for key, problem in found.items() if problem}


def original_questionnaire() -> Questionnaire:
    """Return the running app's questions in their source language, as they are stored."""
    return cast(Questionnaire, current_app.extensions["questionnaire"])


def current_questionnaire() -> Questionnaire:
    """Return the running app's questions in the request's language."""
    return cast(Questionnaire, current_data("questionnaire"))
