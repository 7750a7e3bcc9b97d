from collections.abc import Callable
from pathlib import Path

import pytest

from app.applications.questions.questionnaire import Questionnaire
from app.engagements.rate_card import RateCard
from app.engagements.rate_card_file import load_rate_card
from app.firm.offers import KINDS
from app.platform.data_files import DataFileError


def test_every_kind_has_its_price(rate_card: RateCard) -> None:
    for kind in KINDS:
        assert rate_card.price_of(kind).kind == kind


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'currency = "usd"',
            'currency = "$"',
            "The currency '$' must be an ISO 4217 code, written",
        ),
        ('currency = "usd"', 'currency = "USD"', "The currency 'USD' must be an ISO 4217 code"),
        ('currency = "usd"', 'currency = "usx"', "The currency 'usx' must be an ISO 4217 code"),
        ('currency = "usd"', 'currency = "jpy"', "The currency 'jpy' has no hundredths, in which"),
        ('currency = "usd"', 'currency = "isk"', "The currency 'isk' has no hundredths, in which"),
        ('currency = "usd"', 'currency = "kwd"', "The currency 'kwd' has no hundredths, in which"),
        (
            'kind = "build"',
            'kind = "sprint"',
            "The kinds must be sprint, build, fractional, each once.",
        ),
        (
            "base_cents = 4_800_000",
            "base_cents = 48_000",
            "The kind 'build' has a base of 48000 cents, under its floor.",
        ),
        (
            "base_cents = 4_800_000",
            "base_cents = 900_000_000",
            "The kind 'build' can come to more than 1000000000 cents, the most that can be kept.",
        ),
        (
            "floor_cents = 1_000_000",
            "floor_cents = 0",
            "The kind 'sprint' needs a floor with a deposit above 0 cents.",
        ),
        (
            "floor_cents = 4_200_000",
            "floor_cents = 1",
            "The kind 'build' needs a floor with a deposit above 0 cents.",
        ),
        (
            "deposit_percent = 30",
            "deposit_percent = 130",
            "The kind 'build' asks for a deposit of 130%; it must be 1 to 100.",
        ),
        (
            'label = "Sprint"',
            'label = ""',
            "The kind 'sprint' needs a label, an explanation and a floor_explanation.",
        ),
        (
            "amount_cents = 160_000",
            "amount_cents = 160_000\npercent_of_base = 5",
            "The modifier '21 to 100 services' of the kind 'sprint' needs either amount_cents or",
        ),
        (
            'question = "services"',
            'question = "servers"',
            "of the kind 'sprint' reads 'servers', which is not a question.",
        ),
        (
            '["over_100"]',
            '["over_1000"]',
            "The modifier 'Over 100 services' of the kind 'sprint' names 'over_1000', which",
        ),
        (
            'when = [{ question = "cloud", any_of = ["own_datacentre", "several"] }]',
            "when = []",
            "The modifier 'Own data centre or several clouds' of the kind 'build' has no condition",
        ),
        (
            'label = "Small team"',
            'label = ""',
            "The modifier '' of the kind 'fractional' needs a label and an explanation.",
        ),
        (
            'label = "Over 100 services"',
            'label = "21 to 100 services"',
            "The kind 'sprint' has two lines of one label.",
        ),
        (
            'not_with = "Deadline within a month"',
            'not_with = "Deadline in May"',
            "The modifier 'Whole migration' of the kind 'build' is not with 'Deadline in May',"
            " which is no other line of that price.",
        ),
        (
            "days = -10",
            'days = -10\nnot_with = "Whole migration"',
            "The modifier 'Whole migration' of the kind 'build' is not with 'Deadline within a"
            " month', which may be left out itself.",
        ),
        (
            'not_with = "Deadline within a month"\n',
            "",
            "The modifier 'Whole migration' of the kind 'build' changes the days, as 'Deadline"
            " within a month' does, and both can be in one quote: say not_with.",
        ),
        (
            "budget_months = 3",
            "budget_months = 0",
            "The kind 'fractional' has budget_months 0; it must be 1 or more, and 1 of a fixed",
        ),
        (
            "base_cents = 4_800_000",
            "base_cents = 4_800_000\nbudget_months = 2",
            "The kind 'build' has budget_months 2; it must be 1 or more, and 1 of a fixed price.",
        ),
        (
            "up_to_cents = 2_500_000",
            "up_to_cents = 0",
            "The budget 2 needs up_to_cents above 0.",
        ),
        (
            'any_of = ["25k_to_60k"]',
            'any_of = ["25k"]',
            "The budget 3 names '25k', which 'budget' doesn't offer.",
        ),
        (
            'when = [{ question = "budget", any_of = ["under_10k"] }]',
            "when = []",
            "The budget 1 has no condition; it would be everybody's.",
        ),
        ('billing = "monthly"', 'billing = "weekly"', "Invalid enum value 'weekly'"),
        ("base_cents = 1_100_000", "base_cents = 11000.5", "Expected `int`, got `float`"),
    ],
)
def test_a_rate_card_that_contradicts_itself_or_the_questions_is_refused(
    with_change: Callable[[str, str, str], Path],
    questionnaire: Questionnaire,
    old: str,
    new: str,
    sentence: str,
) -> None:
    with pytest.raises(DataFileError) as caught:
        load_rate_card(with_change("rate_card.toml", old, new), questionnaire)
    assert "/rate_card.toml: " in str(caught.value)
    assert sentence in str(caught.value)


def test_each_budget_ends_at_the_amount_that_the_form_states(
    questionnaire: Questionnaire, rate_card: RateCard
) -> None:
    labels = {option.value: option.label for option in questionnaire.question("budget").options}
    for budget in rate_card.budgets:
        [condition] = budget.when
        [value] = condition.any_of
        assert labels.pop(value).endswith(f"${budget.up_to_cents // 100:,}")
    assert {*labels} == {"not_set", "over_150k"}


def test_every_edit_makes_a_distinct_version(
    rate_card: RateCard,
    questionnaire: Questionnaire,
    with_change: Callable[[str, str, str], Path],
) -> None:
    dearer = ("rate_card.toml", "amount_cents = 160_000", "amount_cents = 160_001")
    edited = load_rate_card(with_change(*dearer), questionnaire)
    again = load_rate_card(with_change(*dearer), questionnaire)
    assert edited.version == again.version != rate_card.version
