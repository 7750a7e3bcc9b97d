from collections.abc import Callable
from pathlib import Path

import pytest

from app.applications.questions.answers import Answers
from app.applications.questions.conditions import When, questions_read
from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import (
    MINUTES,
    STEP_KEYS,
    Questionnaire,
    problems_with_asked,
)
from app.engagements.rate_card import RateCard
from app.platform.data_files import DataFileError
from app.scoring.rubric import Rubric

READ_BY_A_REVIEWER = {
    "name", "email", "company", "website", "broker_owner", "tried", "anything_else", "consent"
}  # fmt: skip


def test_the_form_has_six_steps_that_take_ten_minutes(questionnaire: Questionnaire) -> None:
    assert tuple(step.key for step in questionnaire.steps) == STEP_KEYS
    assert sum(step.minutes for step in questionnaire.steps) == MINUTES


def test_the_first_step_asks_who_is_applying(questionnaire: Questionnaire) -> None:
    asked = {question.key for question in questionnaire.step("you").questions}
    assert {"name", "email", "role", "company"} <= asked


def test_every_question_is_used_by_the_rubric_the_rate_card_or_a_reviewer(
    questionnaire: Questionnaire, rubric: Rubric, rate_card: RateCard
) -> None:
    cases: list[When] = [when for criterion in rubric.criteria for when in criterion.cases]
    cases += [rule.when for rule in rubric.kind_rules]
    cases += [modifier.when for price in rate_card.kinds for modifier in price.modifiers]
    assert set(questions_read(cases)) | READ_BY_A_REVIEWER == set(questionnaire.keys)


def test_only_one_long_text_is_required(questionnaire: Questionnaire) -> None:
    typed = [q.key for q in questionnaire.questions if q.kind == "long_text" and q.required]
    assert typed == ["problem"]


def test_every_reason_and_message_is_a_sentence(questionnaire: Questionnaire) -> None:
    for question in questionnaire.questions:
        assert question.reason.endswith("."), question.key
        assert not question.required or question.when_empty.endswith("."), question.key


def test_an_unknown_step_or_question_is_a_key_error(questionnaire: Questionnaire) -> None:
    for find in (questionnaire.step, questionnaire.question):
        with pytest.raises(KeyError):
            find("nobody_asks_this")


@pytest.mark.parametrize(
    ("key", "answer", "problem"),
    [
        ("name", None, "Enter your name."),
        ("name", "\u200b\u202e \u2060\u3164\u2800\U000e0020\ufe0f", "Enter your name."),
        ("name", "Ada Quist", ""),
        ("name", ["Ada"], "Answer this question again."),
        ("website", None, ""),
        ("name", "x" * 101, "Use 100 characters or fewer. You have 101."),
        ("role", "cto", ""),
        ("role", "king", "Choose from the answers shown."),
        ("brokers", [], "Choose the brokers you run, or “None”."),
        ("brokers", ["kafka", "redis"], ""),
        ("brokers", ["kafka", "pigeons"], "Choose from the answers shown."),
        ("brokers", ["none", "kafka"], "Choose either “None” or the others, not both."),
        ("consent", None, "Tick the box so that we may store your application."),
    ],
)
def test_an_answer_is_checked_against_its_question(
    questionnaire: Questionnaire, key: str, answer: str | list[str] | None, problem: str
) -> None:
    assert questionnaire.question(key).problem_with(answer) == problem


def test_all_the_answers_are_checked_together(questionnaire: Questionnaire) -> None:
    problems = problems_with_asked(questionnaire.questions, {"name": "Ada Quist"})
    assert "name" not in problems
    assert problems["email"] == "Enter your email address."


def test_only_answers_to_questions_that_were_asked_count(questionnaire: Questionnaire) -> None:
    answers: Answers = {"brokers": ["none"], "broker_owner": "nobody"}
    assert questionnaire.answers_to_asked(answers) == {"brokers": ["none"]}
    assert "broker_owner" not in problems_with_asked(questionnaire.questions, answers)


def test_every_edit_makes_a_distinct_version(
    questionnaire: Questionnaire, with_change: Callable[[str, str, str], Path]
) -> None:
    edited = load_questionnaire(with_change("questions.toml", "Your name", "Your full name"))
    again = load_questionnaire(with_change("questions.toml", "Your name", "Your full name"))
    assert edited.version == again.version != questionnaire.version


def _identity(key: str, kind: str) -> str:
    return (
        f"The first page must ask everybody for '{key}', as a required question of the kind {kind}."
    )


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('key = "company"', 'key = "firm"', _identity("company", "text")),
        (
            'key = "email"\nkind = "email"',
            'key = "email"\nkind = "text"',
            _identity("email", "email"),
        ),
        ('key = "name"', 'key = "name"\nrequired = false', _identity("name", "text")),
        (
            'key = "company"',
            'key = "company"\nwhen = [{ question = "role", any_of = ["cto"] }]',
            _identity("company", "text"),
        ),
    ],
)
def test_questions_that_do_not_establish_who_is_applying_are_refused(
    with_change: Callable[[str, str, str], Path], old: str, new: str, sentence: str
) -> None:
    with pytest.raises(DataFileError) as caught:
        load_questionnaire(with_change("questions.toml", old, new))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('key = "outcome"', 'key = "wish"', "The steps must be you, system, problem"),
        ("minutes = 4", "minutes = 9", "The steps' minutes add up to 15; the form promises 10."),
        ('key = "email"', 'key = "name"', "Two questions have the key 'name'."),
        ('key = "email"', 'key = "E-mail"', "Question 'E-mail' needs a key in lower_snake_case."),
        ('label = "Your name"', 'label = ""', "Question 'name' needs a label and a reason."),
        (
            'when_empty = "Enter your name."',
            "",
            "Question 'name' is required and needs a when_empty message.",
        ),
        ('kind = "text"', 'kind = "choice"', "Question 'name' is a choice and needs options."),
        (
            'kind = "choice"',
            'kind = "text"',
            "Question 'role' is of the kind 'text', which has no options.",
        ),
        ('title = "The problem"', 'title = ""', "The step 'problem' needs a title."),
        (
            'label = "Founder or CEO"',
            'label = " "',
            "Question 'role' has the option 'founder' without a label.",
        ),
        ('value = "founder"', 'value = "cto"', "Question 'role' has the option 'cto' twice."),
        (
            'value = "founder"',
            'value = "The CEO"',
            "Question 'role' has the option 'The CEO', which is not lower_snake_case.",
        ),
        (
            "max_length = 400",
            "max_length = 0",
            "Question 'tried' takes 0 characters at most, which is no answer.",
        ),
        (
            'when = [{ question = "brokers", any_of = ["kafka",',
            'when = [{ question = "brokers", any_of = ["pigeons",',
            "Question 'broker_owner' names 'pigeons', which 'brokers' doesn't offer.",
        ),
        (
            'when = [{ question = "preferred_kind", any_of = ["fractional"] }]',
            'when = [{ question = "team_time", any_of = ["none"] }]',
            "Question 'days_a_month' depends on 'team_time', which is asked after it.",
        ),
        (
            'when = [{ question = "preferred_kind", any_of = ["fractional"] }]',
            'when = [{ question = "problem", at_least_words = 3 }]',
            "Question 'days_a_month' depends on how much 'problem' says; only choices lead on.",
        ),
        (
            "max_length = 1500",
            'max_length = 1500\nwhen = [{ question = "role", any_of = ["cto"] }]',
            "Question 'anything_else' is on the last page, which asks everybody the same.",
        ),
        (
            'key = "budget"\n',
            'key = "budget"\nwhen = [{ question = "broker_owner", any_of = ["nobody"] },'
            ' { question = "brokers", any_of = ["none"] }]\n',
            "Question 'budget' can never be reached: no answer to 'brokers' leads there.",
        ),
        (
            'key = "budget"\n',
            'key = "budget"\nwhen = [{ question = "preferred_kind", any_of = ["sprint"] },'
            ' { question = "days_a_month", any_of = ["4"] }]\n',
            "Question 'budget' can never be reached: no answer to 'preferred_kind' leads there.",
        ),
    ],
)
def test_questions_that_contradict_themselves_are_refused(
    with_change: Callable[[str, str, str], Path], old: str, new: str, sentence: str
) -> None:
    with pytest.raises(DataFileError) as caught:
        load_questionnaire(with_change("questions.toml", old, new))
    assert f"questions.toml: {sentence}" in str(caught.value)
