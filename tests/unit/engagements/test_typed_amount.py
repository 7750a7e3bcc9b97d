"""A typed amount is read to the cent, or refused with an explanation."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engagements.rate_card import MOST_CENTS
from app.engagements.typed_amount import NotAnAmount, parse_amount


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12500", 1_250_000),
        ("12,500", 1_250_000),
        ("$12,500", 1_250_000),
        ("$ 12,500.00", 1_250_000),
        ("12500 USD", 1_250_000),
        (" 12500.05 ", 1_250_005),
        ("1,234,567.89", 123_456_789),
        ("1", 100),
        ("0.99", 99),
        ("10,000,000", MOST_CENTS),
    ],
)
def test_an_amount_is_read_to_the_cent(typed: str, cents: int) -> None:
    assert parse_amount(typed, "usd") == cents


@pytest.mark.parametrize("typed", ["€12,500", "€ 12500.00", "12,500 €", "12500€", "EUR 12,500"])
def test_an_amount_may_name_its_own_currency(typed: str) -> None:
    assert parse_amount(typed, "eur") == 1_250_000
    with pytest.raises(NotAnAmount, match="Write the amount in CHF"):
        parse_amount(typed, "chf")


AMBIGUOUS = """
    12.500 | 12,50 | 12,5000 | 1,2,3 | 12500.5 | 12500. | .50 | 1e4 | 12_500 | 12 500 | -12500
    +12500 | €12500 | ١٢٥٠٠ | 12k | NaN | 0x10 | $$5 | 1,000,00 | $ | USD
"""


@pytest.mark.parametrize("typed", ["", *re.split(r" *[|\n] *", AMBIGUOUS.strip())])
def test_an_ambiguous_amount_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAmount, match=r"in USD, like 12,500 or 12500\.00"):
        parse_amount(typed, "usd")


def test_a_number_too_long_for_python_is_refused_like_any_other() -> None:
    with pytest.raises(NotAnAmount):
        parse_amount("1" + ",000" * 2000, "usd")


@pytest.mark.parametrize("typed", ["10,000,000.01", "999999999", "12,500,000,000", "9" * 30])
def test_more_than_ten_million_is_refused(typed: str) -> None:
    with pytest.raises(NotAnAmount, match=r"at most €10,000,000\."):
        parse_amount(typed, "eur")


@given(st.integers(0, MOST_CENTS))
def test_every_amount_survives_being_written_with_and_without_commas(cents: int) -> None:
    assert parse_amount(f"{cents // 100:,}.{cents % 100:02}", "usd") == cents
    assert parse_amount(f"{cents // 100}.{cents % 100:02}", "usd") == cents


@given(st.text(max_size=20))
def test_any_text_is_either_read_as_an_amount_or_refused(typed: str) -> None:
    try:
        cents = parse_amount(typed, "usd")
    except NotAnAmount:
        return
    assert 0 <= cents <= MOST_CENTS
    assert sum(character.isdigit() for character in typed) > 0
