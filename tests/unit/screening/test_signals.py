"""The signals that count against a submission, and what never is one."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.screening.disposable import is_disposable
from app.screening.rules import Signals
from app.screening.screen import SubmissionFacts, find_signals
from config import Config
from tests.demo_applications import APPLICATIONS
from tests.unit.applications.test_ten_minutes import script_of

DEFAULTS = {field.name: field.default for field in msgspec.structs.fields(Config)}
FASTEST = DEFAULTS["HOLD_BELOW_SECONDS"]
# Seconds to point at something and press, as in test_ten_minutes.py; nothing is read or decided.
POINT_AND_PRESS = 1.1 + 0.2


def found_in(
    email: str = "ada@client.example",
    seconds: float = 240.0,
    same_text: str = "",
    *,
    before: int = 0,
    limit: int = 20,
    trap_filled: bool = False,
) -> Signals:
    """``before`` counts submissions with the same email address and from the same origin."""
    return find_signals(
        SubmissionFacts(email, seconds, same_text, under_email=before, from_origin=before),
        fastest_seconds=FASTEST,
        most_from_origin=limit,
        most_under_email=limit,
        trap_filled=trap_filled,
    )


def test_an_ordinary_submission_gives_no_signal() -> None:
    assert found_in() == {}


def test_each_signal_is_found_by_itself() -> None:
    assert found_in(trap_filled=True) == {"trap_filled": ""}
    assert found_in(seconds=0.5) == {"too_fast": ""}
    assert found_in(email="bot@mailinator.com") == {"disposable_address": ""}
    assert found_in(same_text="CE-7K3M-2Q9F") == {"same_text": "CE-7K3M-2Q9F"}


@pytest.mark.parametrize("answers", APPLICATIONS, ids=lambda answers: answers["company"])
def test_a_person_who_only_points_and_presses_is_not_too_fast(
    questionnaire: Questionnaire, answers: Answers
) -> None:
    """Somebody who pastes each text, reads nothing, and presses once for each answer and each page.
    Their first page is not timed, as without JavaScript."""
    script = script_of(answers)
    later = questionnaire.steps[1:]
    presses = len(later) + sum(
        len(given) if isinstance(given := script[question.key], list) else 1
        for step in later
        for question in step.questions
        if question.key in script
    )
    assert presses * POINT_AND_PRESS > FASTEST
    assert found_in(seconds=presses * POINT_AND_PRESS) == {}


@pytest.mark.parametrize(("limit", "before"), [(1, 0), (20, 19), (0, 0), (0, 1000)])
def test_as_many_as_the_limit_allows_give_no_signal_and_0_means_no_limit(
    limit: int, before: int
) -> None:
    assert found_in(limit=limit, before=before) == {}


@given(st.integers(min_value=1), st.integers(min_value=0))
def test_one_more_than_the_limit_gives_a_signal(limit: int, more: int) -> None:
    found = found_in(limit=limit, before=limit + more)
    assert found == {"many_from_address": "", "many_by_email": ""}


@given(st.one_of(st.floats(min_value=FASTEST), st.floats(max_value=0, exclude_max=True)))
def test_neither_a_page_left_open_for_days_nor_a_clock_set_back_gives_a_signal(
    seconds: float,
) -> None:
    assert found_in(seconds=seconds) == {}


@pytest.mark.parametrize(
    "email", ["x@mailinator.com", "X@MAILINATOR.COM", "x@a.mailinator.com", "a@b@mailinator.com"]
)
def test_a_throwaway_address_is_recognised_in_any_case_and_at_subdomains(email: str) -> None:
    assert is_disposable(email)


@pytest.mark.parametrize(
    "email", ["ada@client.example", "ada@gmail.com", "mailinator.com@client.example", "ada", ""]
)
def test_any_other_address_is_not_a_throwaway(email: str) -> None:
    assert not is_disposable(email)
