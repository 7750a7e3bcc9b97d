from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.applications.questions.answers import Answers
from app.applications.questions.questionnaire import Questionnaire
from app.engagements.pricing import (
    lowest_sum_cents,
    percent_of,
    quote_agreed,
    quote_engagement,
    starting_price_cents,
)
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Kind

Drawn = st.SearchStrategy[Answers]
kinds = st.sampled_from(KINDS)
junk: st.SearchStrategy[Any] = st.one_of(st.none(), st.text("aé_0 ", max_size=5), st.integers())


@given(kind=kinds, data=st.data())
def test_a_quote_is_the_sum_of_its_lines_and_never_under_the_floor(
    kind: Kind, data: st.DataObject, any_answers: Drawn, rate_card: RateCard
) -> None:
    quote = quote_engagement(kind, data.draw(any_answers), rate_card)
    assert quote.total_cents == sum(line.amount_cents for line in quote.lines)
    assert quote.total_cents >= starting_price_cents(kind, rate_card)
    assert 0 < quote.deposit_cents <= quote.total_cents


@given(kind=kinds, data=st.data())
def test_every_line_has_a_name_an_explanation_and_an_amount_other_than_zero(
    kind: Kind, data: st.DataObject, any_answers: Drawn, rate_card: RateCard
) -> None:
    for line in quote_engagement(kind, data.draw(any_answers), rate_card).lines:
        assert line.label
        assert line.explanation.endswith(".")
        assert line.amount_cents != 0


@given(kind=kinds, data=st.data())
def test_the_same_answers_have_the_same_price(
    kind: Kind, data: st.DataObject, any_answers: Drawn, rate_card: RateCard
) -> None:
    answers = data.draw(any_answers)
    reordered = dict(reversed(answers.items()))
    assert quote_engagement(kind, answers, rate_card) == quote_engagement(
        kind, reordered, rate_card
    )


@given(kind=kinds, data=st.data())
def test_unknown_answers_never_raise(
    kind: Kind, data: st.DataObject, questionnaire: Questionnaire, rate_card: RateCard
) -> None:
    answers = data.draw(st.dictionaries(st.sampled_from(questionnaire.keys), junk, max_size=6))
    assert quote_engagement(kind, answers, rate_card) == quote_engagement(kind, {}, rate_card)


def test_a_sprint_starts_at_ten_thousand_dollars(rate_card: RateCard) -> None:
    quote = quote_engagement("sprint", {}, rate_card)
    assert (quote.currency, quote.billing) == ("usd", "fixed")
    assert quote.total_cents == starting_price_cents("sprint", rate_card) == 1_000_000
    assert (quote.deposit_percent, quote.deposit_cents) == (50, 500_000)


def test_scope_and_scale_each_add_a_line(rate_card: RateCard) -> None:
    answers: Answers = {
        "outcome": "migration_in_production",
        "services": "21_to_100",
        "sensitive_data": ["personal", "payments"],
    }
    quote = quote_engagement("build", answers, rate_card)
    assert [(line.label, line.amount_cents) for line in quote.lines] == [
        ("Build", 4_800_000),
        ("Whole migration", 3_200_000),
        ("21 to 100 services", 720_000),
        ("Payment or health data", 480_000),
    ]


def test_a_last_line_lifts_a_price_discounted_below_the_floor_back_to_it(
    rate_card: RateCard,
) -> None:
    answers: Answers = {"services": "2_to_5", "team_time": "two_or_more"}
    quote = quote_engagement("build", answers, rate_card)
    assert [line.amount_cents for line in quote.lines] == [4_800_000, -240_000, -480_000, 120_000]
    assert quote.lines[-1].label == "Minimum for this engagement"
    assert quote.total_cents == starting_price_cents("build", rate_card)
    assert lowest_sum_cents(rate_card.price_of("build")) == 4_800_000 - 240_000 - 480_000


def test_guidance_is_priced_by_the_month_and_its_first_month_is_the_deposit(
    rate_card: RateCard,
) -> None:
    quote = quote_engagement("fractional", {"engineers": "61_to_200"}, rate_card)
    assert (quote.billing, quote.total_cents) == ("monthly", 1_300_000)
    assert quote.deposit_cents == quote.total_cents


@given(kind=kinds, more_cents=st.integers(0, 10**9), data=st.data())
def test_an_agreed_price_is_explained_by_one_extra_line(
    kind: Kind, more_cents: int, data: st.DataObject, any_answers: Drawn, rate_card: RateCard
) -> None:
    quote = quote_engagement(kind, data.draw(any_answers), rate_card)
    agreed_cents = starting_price_cents(kind, rate_card) + more_cents
    agreed = quote_agreed(quote, agreed_cents, rate_card)
    assert agreed.total_cents == agreed_cents == sum(line.amount_cents for line in agreed.lines)
    assert agreed.lines[: len(quote.lines)] == quote.lines
    assert 0 < agreed.deposit_cents <= agreed.total_cents


@pytest.mark.parametrize("kind", KINDS)
def test_a_price_agreed_anew_forgets_the_one_before(kind: Kind, rate_card: RateCard) -> None:
    quote = quote_engagement(kind, {}, rate_card)
    for second_cents in (quote.total_cents, quote.total_cents + 200):
        first = quote_agreed(quote, quote.total_cents + 100, rate_card)
        assert quote_agreed(first, second_cents, rate_card) == quote_agreed(
            quote, second_cents, rate_card
        )


def test_a_price_agreed_anew_forgets_the_one_before_even_if_the_line_is_called_something_else_now(
    rate_card: RateCard,
) -> None:
    quote = quote_engagement("sprint", {}, rate_card)
    renamed = replace(rate_card, agreed_label="As we agreed")
    first = quote_agreed(quote, quote.total_cents + 100, rate_card)
    lines = quote_agreed(first, quote.total_cents + 200, renamed).lines
    assert [line.label for line in lines[len(quote.lines) :]] == ["As we agreed"]


@pytest.mark.parametrize("cents", [1_000_000, 1_300_000])
def test_a_line_that_an_earlier_release_did_not_mark_is_known_by_its_name(
    cents: int, rate_card: RateCard
) -> None:
    quote = quote_engagement("sprint", {}, rate_card)
    marked = quote_agreed(quote, quote.total_cents + 100, rate_card)
    unmarked = replace(marked, lines=tuple(replace(line, is_agreed=False) for line in marked.lines))
    assert quote_agreed(unmarked, cents, rate_card) == quote_agreed(quote, cents, rate_card)


def test_a_quote_agreed_without_a_change_stays_as_it_is(rate_card: RateCard) -> None:
    quote = quote_engagement("build", {}, rate_card)
    assert quote_agreed(quote, quote.total_cents, rate_card) == quote


@pytest.mark.parametrize(
    ("cents", "percent", "expected"),
    [
        (1_000_000, 50, 500_000),
        (149, 50, 75),
        (148, 50, 74),
        (101, 33, 33),
        (150, 1, 2),
        (7, 100, 7),
    ],
)
def test_a_percentage_is_rounded_to_the_cent_half_up(
    cents: int, percent: int, expected: int
) -> None:
    assert percent_of(cents, percent) == expected
