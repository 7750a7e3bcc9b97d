"""Amounts in words that the rate card does not have, such as after it was changed."""

import pytest
from msgspec.structs import replace

from app.applications.questions.questionnaire import Questionnaire
from app.engagements.price_words import amounts_not_in
from app.engagements.rate_card import RateCard
from app.scoring.rubric import Rubric

Texts = tuple[Questionnaire, Rubric]


@pytest.fixture
def texts(questionnaire: Questionnaire, rubric: Rubric) -> Texts:
    return questionnaire, rubric


def test_each_amount_in_the_forms_and_the_rubrics_words_is_one_of_the_rate_card(
    rate_card: RateCard, texts: Texts
) -> None:
    assert list(amounts_not_in(rate_card, *texts)) == []


def test_a_budget_that_was_changed_in_the_rate_card_alone_is_found_wherever_it_is_written(
    rate_card: RateCard, texts: Texts
) -> None:
    first, second, *later = rate_card.budgets
    changed = replace(rate_card, budgets=(first, replace(second, up_to_cents=3_000_000), *later))
    found = list(amounts_not_in(changed, *texts))
    assert {amount for amount, _ in found} == {"$25,000"}
    assert ("$25,000", "$10,000 to $25,000") in found
    assert any("covers a Sprint, but not the outcome" in text for _, text in found)  # the rubric's


@pytest.mark.parametrize("currency", ["eur", "chf"])
def test_in_another_currency_every_amount_is_from_before(
    rate_card: RateCard, texts: Texts, currency: str
) -> None:
    found = list(amounts_not_in(replace(rate_card, currency=currency), *texts))
    assert {"$10,000", "$25,000", "$60,000", "$150,000"} == {amount for amount, _ in found}


def test_a_currency_that_is_written_as_its_code_is_compared_too(rate_card: RateCard) -> None:
    card = replace(rate_card, currency="chf")
    said = ["A Sprint starts at CHF\N{NO-BREAK SPACE}10,000.", "It starts at CHF 12,000."]
    assert list(amounts_not_in(card, *said)) == [("CHF 12,000", said[1])]
