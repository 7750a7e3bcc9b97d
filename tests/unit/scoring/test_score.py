from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.firm.offers import KINDS
from app.scoring.rubric import Rubric
from app.scoring.score import Score, gaps_in, score_answers, why_not_preferred

# Options from worst to best, for the questions whose options have an order.
BETTER: dict[str, tuple[str, ...]] = {
    "frequency": ("not_yet", "rarely", "monthly", "weekly", "daily"),
    "decider": ("unclear", "someone_unaware", "someone_aware", "me_with_others", "me"),
    "team_time": ("none", "few_hours", "one_engineer", "two_or_more"),
    "budget": ("under_10k", "10k_to_25k", "25k_to_60k", "60k_to_150k", "over_150k"),
    "start": ("later", "within_quarter", "within_month", "now"),
    "services": ("1", "2_to_5", "6_to_20", "21_to_100", "over_100"),
    "peak_load": ("under_10", "10_to_100", "101_to_1000", "1001_to_10000", "over_10000"),
    "engineers": ("none_yet", "1_to_5", "6_to_20", "21_to_60", "61_to_200", "over_200"),
}
Drawn = st.SearchStrategy[Answers]

words = st.text("aé_0 ", max_size=5)
junk: st.SearchStrategy[Any] = st.one_of(
    st.none(), words, st.integers(), st.lists(words, max_size=2)
)


def points(score: Score) -> list[int]:
    return [criterion.points for criterion in score.criteria]


@given(data=st.data())
def test_a_total_is_the_sum_of_its_points(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    score = score_answers(data.draw(any_answers), rubric)
    assert score.total == sum(points(score))
    assert 0 <= score.total <= 100
    assert all(0 <= it.points <= it.out_of for it in score.criteria)


@given(data=st.data())
def test_every_score_is_explained(data: st.DataObject, any_answers: Drawn, rubric: Rubric) -> None:
    score = score_answers(data.draw(any_answers), rubric)
    assert all(it.reason.endswith(".") for it in score.criteria)
    assert score.kind_reason.endswith(".")
    assert score.recommended_kind in KINDS
    assert score.rubric_version == rubric.version


@given(data=st.data())
def test_the_same_answers_have_the_same_score(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    answers = data.draw(any_answers)
    reordered = dict(reversed(answers.items()))
    assert score_answers(answers, rubric) == score_answers(reordered, rubric)


@given(data=st.data())
def test_the_band_is_the_best_one_that_the_total_reaches(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    score = score_answers(data.draw(any_answers), rubric)
    reached = [band for band in rubric.bands if band.at_least <= score.total]
    assert (score.band, score.band_label) == (reached[0].name, reached[0].label)


@given(data=st.data())
def test_a_better_choice_never_lowers_a_criterion(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    answers = data.draw(any_answers)
    for key, options in BETTER.items():
        scores = [score_answers({**answers, key: option}, rubric) for option in options]
        for worse, better in pairwise(scores):
            assert all(w <= b for w, b in zip(points(worse), points(better), strict=True)), key


@given(data=st.data())
def test_one_more_symptom_never_lowers_a_criterion(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric, questionnaire: Questionnaire
) -> None:
    answers = data.draw(any_answers)
    symptoms = [option.value for option in questionnaire.question("symptoms").options]
    some = data.draw(st.lists(st.sampled_from(symptoms), min_size=1, max_size=4))
    more = [*some, data.draw(st.sampled_from(symptoms))]
    before = score_answers({**answers, "symptoms": some}, rubric)
    after = score_answers({**answers, "symptoms": more}, rubric)
    assert all(b <= a for b, a in zip(points(before), points(after), strict=True))


@given(data=st.data(), count=st.integers(1, 200), added=st.integers(0, 200))
def test_more_words_on_the_problem_never_lower_the_score(
    data: st.DataObject, count: int, added: int, any_answers: Drawn, rubric: Rubric
) -> None:
    answers = data.draw(any_answers)
    before = score_answers({**answers, "problem": "word " * count}, rubric)
    after = score_answers({**answers, "problem": "word " * (count + added)}, rubric)
    assert before.total <= after.total


@given(data=st.data())
def test_unknown_answers_never_raise(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric, questionnaire: Questionnaire
) -> None:
    keys = st.sampled_from([*questionnaire.keys, "asked_last_year"])
    answers = data.draw(any_answers) | data.draw(st.dictionaries(keys, junk, max_size=6))
    assert 0 <= score_answers(answers, rubric).total <= 100


def test_every_question_left_open_is_named_as_missing(rubric: Rubric) -> None:
    score = score_answers({}, rubric)
    assert score.missing == tuple(criterion.missing for criterion in rubric.criteria)
    assert score.total == sum(criterion.unanswered_points for criterion in rubric.criteria)


def test_an_answer_that_is_no_longer_offered_counts_as_none(rubric: Rubric) -> None:
    assert score_answers({"deadline": "last_week"}, rubric) == score_answers({}, rubric)


def test_a_perfect_application_has_a_hundred_points(rubric: Rubric) -> None:
    answers: Answers = {"services": "over_100"}
    for criterion in rubric.criteria:
        for condition in criterion.levels[0].when:
            answers[condition.question] = "word " * condition.at_least_words or condition.any_of[0]
    score = score_answers(answers, rubric)
    assert (score.total, score.band, score.missing) == (100, "strong", ())


@pytest.mark.parametrize(
    ("preferred", "outcome", "budget", "team_time", "kind"),
    [
        ("build", "working_slice", "60k_to_150k", "two_or_more", "build"),
        ("build", "working_slice", "10k_to_25k", "two_or_more", "sprint"),
        ("fractional", "ongoing_guidance", "10k_to_25k", "few_hours", "sprint"),
        ("fractional", "ongoing_guidance", "not_set", "few_hours", "fractional"),
        ("fractional", "migration_in_production", "not_set", "none", "build"),
        ("sprint", "migration_in_production", "over_150k", "one_engineer", "sprint"),
        ("not_sure", "decision_and_design", "over_150k", "one_engineer", "sprint"),
        ("not_sure", "ongoing_guidance", "25k_to_60k", "none", "sprint"),
        ("not_sure", "ongoing_guidance", "25k_to_60k", "few_hours", "fractional"),
        ("not_sure", "migration_in_production", "not_set", "few_hours", "build"),
        ("not_sure", "working_slice", "under_10k", "few_hours", "sprint"),
    ],
)
def test_a_preference_is_followed_unless_the_budget_or_the_team_rules_it_out(
    rubric: Rubric, preferred: str, outcome: str, budget: str, team_time: str, kind: str
) -> None:
    answers: Answers = {
        "preferred_kind": preferred,
        "outcome": outcome,
        "budget": budget,
        "team_time": team_time,
    }
    assert score_answers(answers, rubric).recommended_kind == kind


@given(data=st.data())
def test_only_a_prospect_whose_preference_is_overruled_is_told_why(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    answers = data.draw(any_answers)
    proposed, preferred = (
        score_answers(answers, rubric).recommended_kind,
        answers.get("preferred_kind"),
    )
    is_overruled = preferred in KINDS and preferred != proposed
    assert bool(why_not_preferred(proposed, answers, rubric)) == is_overruled


def test_no_rule_is_cited_for_a_kind_that_a_reviewer_chose(rubric: Rubric) -> None:
    answers: Answers = {"preferred_kind": "build", "budget": "10k_to_25k"}
    assert "You prefer a Build" in why_not_preferred("sprint", answers, rubric)
    assert not why_not_preferred("fractional", answers, rubric)


@given(data=st.data())
def test_a_prospect_is_told_of_every_gap_that_a_reviewer_would_ask_about(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    answers = data.draw(any_answers)
    gaps = gaps_in(answers, rubric)
    assert len(gaps) == len(score_answers(answers, rubric).missing)
    assert all(gap.unclear and gap.questions for gap in gaps)


@given(data=st.data())
def test_an_answered_question_is_asked_again_only_if_its_answer_is_unclear(
    data: st.DataObject, any_answers: Drawn, rubric: Rubric
) -> None:
    answers = data.draw(any_answers)
    by_sentence = {criterion.unclear: criterion for criterion in rubric.criteria}
    for gap in gaps_in(answers, rubric):
        if gap.unclear in by_sentence:
            assert not any(answers.get(key) for key in gap.questions)
        else:
            assert all(answers.get(key) for key in gap.questions)
