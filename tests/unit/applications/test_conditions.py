import pytest

from app.applications.questions.answers import Answers
from app.applications.questions.checks import MOST_COMBINATIONS, check_cases, check_when
from app.applications.questions.conditions import Condition, When
from app.applications.questions.questionnaire import Questionnaire

DAILY = Condition("frequency", any_of=("daily",))
SELDOM = Condition("frequency", any_of=("weekly", "monthly", "rarely", "not_yet"))
LOST = Condition("symptoms", any_of=("lost_or_doubled",))
LONG = Condition("problem", at_least_words=3)


@pytest.mark.parametrize(
    ("condition", "answers", "expected"),
    [
        (DAILY, {"frequency": "daily"}, True),
        (DAILY, {"frequency": "weekly"}, False),
        (DAILY, {}, False),
        (LOST, {"symptoms": ["high_cost", "lost_or_doubled"]}, True),
        (LOST, {"symptoms": []}, False),
        (LONG, {"problem": "  it \n is slow "}, True),
        (LONG, {"problem": "slow"}, False),
        (LONG, {"problem": ["it", "is", "slow"]}, False),
    ],
)
def test_a_condition_requires_a_choice_or_a_number_of_words(
    condition: Condition, answers: Answers, expected: bool
) -> None:
    assert condition.holds(answers) is expected


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ((Condition("mood", any_of=("good",)),), "reads 'mood', which is not a question"),
        (
            (Condition("frequency", any_of=("hourly",)),),
            "names 'hourly', which 'frequency' doesn't",
        ),
        ((DAILY, SELDOM), "reads 'frequency' twice in one condition"),
        ((Condition("frequency"),), "needs any_of and nothing else"),
        (
            (Condition("frequency", any_of=("daily",), at_least_words=2),),
            "needs any_of and nothing",
        ),
        (
            (Condition("frequency", any_of=("daily",), at_least_words=-1),),
            "needs any_of and nothing",
        ),
        ((Condition("problem"),), "needs at_least_words"),
        ((Condition("problem", at_least_words=-1),), "needs at_least_words"),
    ],
)
def test_an_invalid_condition_is_reported(
    questionnaire: Questionnaire, when: When, fault: str
) -> None:
    assert any(found.startswith(fault) for found in check_when(when, questionnaire))


def test_cases_that_cover_every_answer_without_overlap_have_no_fault(
    questionnaire: Questionnaire,
) -> None:
    assert check_cases([(DAILY, LOST), (DAILY,), (SELDOM,)], questionnaire) == []


def test_a_case_hidden_by_an_earlier_one_is_found(questionnaire: Questionnaire) -> None:
    faults = check_cases([(DAILY,), (DAILY, LOST), (SELDOM,)], questionnaire)
    assert faults == ["can never reach its entry 2"]


def test_a_case_hidden_by_several_earlier_ones_together_is_found(
    questionnaire: Questionnaire,
) -> None:
    faults = check_cases([(DAILY,), (SELDOM,), (LOST,)], questionnaire)
    assert faults == ["can never reach its entry 3"]


def test_answers_not_covered_by_any_case_are_named(questionnaire: Questionnaire) -> None:
    assert check_cases([(SELDOM,)], questionnaire) == ["has no entry for frequency 'daily'"]
    assert check_cases([(LONG,)], questionnaire) == ["has no entry for problem in 1 words"]


def test_a_case_for_unanswered_questions_is_reachable_only_where_these_are_allowed(
    questionnaire: Questionnaire,
) -> None:
    cases: list[When] = [(DAILY,), (SELDOM,), ()]
    assert check_cases(cases, questionnaire) == ["can never reach its entry 3"]
    assert check_cases(cases, questionnaire, with_unanswered=True) == []


def test_cases_too_tangled_to_check_are_refused(questionnaire: Questionnaire) -> None:
    keys = ("symptoms", "brokers", "services", "peak_load", "engineers", "cloud", "frequency")
    when = tuple(
        Condition(key, any_of=(questionnaire.question(key).options[0].value,)) for key in keys
    )
    assert MOST_COMBINATIONS < 10 * 11 * 5 * 6**3 * 5
    assert check_cases([when], questionnaire)[0].startswith("asks about too many questions")
