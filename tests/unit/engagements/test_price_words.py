"""Amounts in words that the rate card does not have, such as after it was changed."""

import pytest
from msgspec.structs import replace

from app.engagements.price_words import amounts_not_in
from app.engagements.rate_card import RateCard

IN_WORDS = [
    "A Sprint starts at $10,000.",
    "$25,000 to $60,000",
    "10.000 bis 25.000\N{NO-BREAK SPACE}$",
    "Two days more cost $1,600.00.",
    "It takes 10,000 steps, and is the price of none.",
]


@pytest.mark.parametrize("text", IN_WORDS)
def test_an_amount_of_the_rate_card_may_be_written_in_either_language(
    rate_card: RateCard, text: str
) -> None:
    assert list(amounts_not_in(rate_card, text)) == []


def test_a_budget_that_was_changed_in_the_rate_card_alone_is_found(rate_card: RateCard) -> None:
    first, second, *later = rate_card.budgets
    changed = replace(rate_card, budgets=(first, replace(second, up_to_cents=3_000_000), *later))
    assert list(amounts_not_in(changed, "$10,000 to $25,000")) == ["$25,000"]
    assert list(amounts_not_in(changed, "höchstens 25.000 $ im Monat")) == ["25.000 $"]


@pytest.mark.parametrize("currency", ["eur", "chf"])
def test_in_another_currency_every_amount_is_from_before(
    rate_card: RateCard, currency: str
) -> None:
    card = replace(rate_card, currency=currency)
    assert list(amounts_not_in(card, "$10,000 to $25,000")) == ["$10,000", "$25,000"]
    assert list(amounts_not_in(card, "USD 10,000")) == ["USD 10,000"]


@pytest.mark.parametrize(
    ("currency", "text", "found"),
    [
        ("chf", "It starts at CHF\N{NO-BREAK SPACE}10,000.", []),
        ("chf", "It starts at CHF 12,000.", ["CHF 12,000"]),
        ("cad", "It starts at $10,000, not at CA$12,000.", ["$12,000"]),
        (
            "eur",
            "10.000 Euro, und nicht 12.000 Euro oder 12.000 EUR",
            ["12.000 Euro", "12.000 EUR"],
        ),
        ("eur", "€10,000.00, not €10,000.50", ["€10,000.50"]),
    ],
)
def test_a_currency_may_be_written_with_its_sign_its_code_or_its_name(
    rate_card: RateCard, currency: str, text: str, found: list[str]
) -> None:
    assert list(amounts_not_in(replace(rate_card, currency=currency), text)) == found
