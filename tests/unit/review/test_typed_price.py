"""A price as it is typed: read to the cent, or refused with a sentence."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.review.typed_price import MOST_CENTS, NotAPrice, parse_dollars


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12500", 1_250_000),
        ("12,500", 1_250_000),
        ("$12,500", 1_250_000),
        ("$ 12,500.00", 1_250_000),
        (" 12500.05 ", 1_250_005),
        ("1,234,567.89", 123_456_789),
        ("1", 100),
        ("10,000,000", MOST_CENTS),
    ],
)
def test_a_price_is_read_to_the_cent(typed: str, cents: int) -> None:
    assert parse_dollars(typed) == cents


AMBIGUOUS = """
    12.500 | 12,50 | 12,5000 | 1,2,3 | 12500.5 | 12500. | .50 | 1e4 | 12_500 | 12 500 | -12500
    +12500 | 12500 USD | €12500 | ١٢٥٠٠ | 12k | NaN | 0x10 | $$5 | 5$ | 1,000,00
"""


@pytest.mark.parametrize("typed", ["", *re.split(r" *[|\n] *", AMBIGUOUS.strip())])
def test_what_could_mean_something_else_is_refused(typed: str) -> None:
    with pytest.raises(NotAPrice, match=r"like 12,500 or 12500\.00"):
        parse_dollars(typed)


@pytest.mark.parametrize("typed", ["0", "0.99", "000"])
def test_less_than_a_dollar_is_refused(typed: str) -> None:
    with pytest.raises(NotAPrice, match="at least"):
        parse_dollars(typed)


@pytest.mark.parametrize("typed", ["10,000,000.01", "999999999"])
def test_more_than_ten_million_is_refused(typed: str) -> None:
    with pytest.raises(NotAPrice, match="at most"):
        parse_dollars(typed)


@given(st.integers(100, MOST_CENTS))
def test_every_price_survives_being_written_with_and_without_commas(cents: int) -> None:
    assert parse_dollars(f"{cents // 100:,}.{cents % 100:02}") == cents
    assert parse_dollars(f"{cents // 100}.{cents % 100:02}") == cents


@given(st.text(max_size=20))
def test_no_text_is_anything_but_a_price_or_refused(typed: str) -> None:
    try:
        cents = parse_dollars(typed)
    except NotAPrice:
        return
    assert 100 <= cents <= MOST_CENTS
    assert sum(character.isdigit() for character in typed) > 0
