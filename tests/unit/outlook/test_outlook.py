import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.engagements.pricing import proposal_at, quote_engagement
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Offers
from app.outlook.outlook import outlook_on
from app.scoring.rubric import Rubric
from app.scoring.score import score_answers
from tests.demo_applications import STRONG

# The most expensive Build.
LARGE: Answers = {
    **STRONG,
    "preferred_kind": "build",
    "outcome": "migration_in_production",
    "services": "over_100",
    "peak_load": "over_10000",
    "cloud": "several",
    "deadline": "within_1_month",
    "sensitive_data": ["payments"],
    "team_time": "none",
}


@given(data=st.data())
def test_the_outlook_predicts_the_kind_price_and_duration_that_will_be_proposed(
    data: st.DataObject,
    any_answers: st.SearchStrategy[Answers],
    questionnaire: Questionnaire,
    rubric: Rubric,
    rate_card: RateCard,
    offers: Offers,
) -> None:
    answers = questionnaire.answers_to_asked(data.draw(any_answers))
    outlook = outlook_on(answers, questionnaire, rubric, rate_card, offers)
    kind = score_answers(answers, rubric).recommended_kind
    assert outlook.proposed.kind == kind
    quote = quote_engagement(kind, answers, rate_card)
    assert outlook.proposed.total_cents == quote.total_cents
    assert outlook.proposed.duration == proposal_at(quote, offers).duration
    assert {outlook.proposed.kind, *(other.kind for other in outlook.others)} == {*KINDS}


@pytest.mark.parametrize(
    ("changed", "unclear"),
    [
        ({}, set()),
        ({"success": ""}, {"success"}),
        ({"budget": "not_set"}, {"budget"}),
        ({"team_time": "none"}, {"team_time"}),
        ({"architecture": "events_already", "brokers": ["none"]}, {"architecture", "brokers"}),
        ({"problem": "It is slow."}, {"problem"}),
    ],
)
def test_only_answers_that_a_reviewer_would_ask_about_are_called_unclear(
    questionnaire: Questionnaire,
    rubric: Rubric,
    rate_card: RateCard,
    offers: Offers,
    changed: Answers,
    unclear: set[str],
) -> None:
    outlook = outlook_on({**STRONG, **changed}, questionnaire, rubric, rate_card, offers)
    named = {question.key for one in outlook.unclear for _, question in one.questions}
    assert named == unclear
    assert all(one.sentence and one.questions for one in outlook.unclear)


@pytest.mark.parametrize(
    "changed",
    [{"budget": "under_10k"}, {"symptoms": ["no_symptoms"], "engineers": "none_yet"}],
)
def test_a_prospect_whom_no_engagement_would_help_is_told_so(
    questionnaire: Questionnaire,
    rubric: Rubric,
    rate_card: RateCard,
    offers: Offers,
    changed: Answers,
) -> None:
    assert outlook_on(STRONG, questionnaire, rubric, rate_card, offers).misfit is None
    misfit = outlook_on(
        {**STRONG, "success": "", **changed}, questionnaire, rubric, rate_card, offers
    )
    assert misfit.misfit and not misfit.unclear


@pytest.mark.parametrize(
    ("changed", "is_within"),
    [
        ({"budget": "25k_to_60k"}, False),
        ({"budget": "60k_to_150k"}, True),
        ({"budget": "over_150k"}, True),
        ({"budget": "not_set"}, True),
    ],
)
def test_a_price_above_the_budget_is_pointed_out(
    questionnaire: Questionnaire,
    rubric: Rubric,
    rate_card: RateCard,
    offers: Offers,
    changed: Answers,
    is_within: bool,
) -> None:
    outlook = outlook_on({**LARGE, **changed}, questionnaire, rubric, rate_card, offers)
    assert outlook.proposed.kind == "build"
    assert outlook.proposed.is_within_budget == is_within
    assert all(other.starts_within_budget for other in outlook.others)


def test_a_monthly_price_is_compared_over_the_months_that_the_form_names(
    questionnaire: Questionnaire, rubric: Rubric, rate_card: RateCard, offers: Offers
) -> None:
    months = rate_card.price_of("fractional").budget_months
    assert "three months" in questionnaire.question("budget").hint and months == 3
    answers = {**STRONG, "preferred_kind": "fractional", "budget": "25k_to_60k"}
    few, many = (
        outlook_on(
            {**answers, "days_a_month": days}, questionnaire, rubric, rate_card, offers
        ).proposed
        for days in ("4", "8")
    )
    assert few.is_within_budget and few.total_cents * months <= 6_000_000
    assert not many.is_within_budget and many.total_cents * months > 6_000_000


@given(data=st.data())
def test_a_price_within_the_budget_has_a_starting_price_within_it_too(
    data: st.DataObject,
    any_answers: st.SearchStrategy[Answers],
    questionnaire: Questionnaire,
    rubric: Rubric,
    rate_card: RateCard,
    offers: Offers,
) -> None:
    answers = questionnaire.answers_to_asked(data.draw(any_answers))
    outlook = outlook_on(answers, questionnaire, rubric, rate_card, offers)
    for one in (outlook.proposed, *outlook.others):
        assert one.starts_within_budget or not one.is_within_budget
