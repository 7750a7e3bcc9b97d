"""The rules: what holds a submission, and faults in their file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.data_files import DataFileError
from app.screening.rules import SIGNAL_NAMES, Rules, Signal, check_questions, load_rules
from tests.unit.conftest import CONTENT

SHIPPED = load_rules(CONTENT / "screening.toml")
signals = st.sampled_from(SIGNAL_NAMES)
any_rules = st.builds(
    Rules,
    hold_when=st.lists(st.lists(signals, min_size=1).map(tuple)).map(tuple),
    signals=st.just(tuple(Signal(name, "It is odd.") for name in SIGNAL_NAMES)),
)


@given(any_rules, st.sets(signals), signals)
def test_one_more_signal_never_releases_what_would_be_held(
    rules: Rules, found: set[str], another: str
) -> None:
    assert not rules.hold(found) or rules.hold({*found, another})


@given(any_rules)
def test_a_submission_without_signals_is_never_held(rules: Rules) -> None:
    assert not rules.hold([])


@pytest.mark.parametrize("found", ["trap_filled", "too_fast", "many_from_address", "many_by_email"])
def test_the_shipped_rules_hold_a_submission_for_some_signals_alone(found: str) -> None:
    assert SHIPPED.hold([found])


def test_the_shipped_rules_hold_a_throwaway_address_and_a_known_text_only_together() -> None:
    assert not SHIPPED.hold(["disposable_address"])
    assert not SHIPPED.hold(["same_text"])
    assert SHIPPED.hold(["same_text", "disposable_address"])


def test_a_sentence_names_the_application_that_its_signal_points_to() -> None:
    told = SHIPPED.sentences({"same_text": "CE-7K3M-2Q9F", "too_fast": ""})
    assert len(told) == 2
    assert "CE-7K3M-2Q9F" in told[1]
    assert not any("{" in sentence for sentence in told)


def test_rules_without_a_signal_are_refused(with_change: Callable[[str, str, str], Path]) -> None:
    changed = with_change("screening.toml", 'name = "too_fast"', 'name = "trap_filled"')
    with pytest.raises(DataFileError, match="each once"):
        load_rules(changed)


def test_a_set_of_signals_that_would_hold_everything_is_refused(
    with_change: Callable[[str, str, str], Path],
) -> None:
    changed = with_change("screening.toml", '["too_fast"]', "[]")
    with pytest.raises(DataFileError, match="would hold every submission"):
        load_rules(changed)


def test_a_signal_that_compares_a_question_which_is_not_asked_is_refused() -> None:
    path = CONTENT / "screening.toml"
    with pytest.raises(
        DataFileError, match=r"screening\.toml: The signal 'same_text' in hold_when"
    ):
        check_questions(path, SHIPPED, ["name", "worry"])
    check_questions(path, SHIPPED, ["name", "problem"])
    check_questions(path, Rules((("too_fast",),), SHIPPED.signals), ["name", "worry"])
