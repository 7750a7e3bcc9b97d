"""Money, numbers and times in the site's one notation."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.platform.languages.catalogs import init_languages
from app.web.rendering import (
    datetime_utc,
    duration,
    isolated,
    listed,
    money,
    number,
    plain_date,
    price,
    with_code,
)
from tests.unit.conftest import CONTENT


@pytest.fixture
def speaking() -> Flask:
    """An app that answers in every language."""
    app = Flask("languages")
    init_languages(app, CONTENT)
    return app


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (0, "$0"),
        (1_000_000, "$10,000"),
        (1_000_050, "$10,000.50"),
        (5, "$0.05"),
        (-48_000, "\N{MINUS SIGN}$480"),
    ],
)
def test_money_shows_cents_only_where_there_are_any(cents: int, text: str) -> None:
    assert money(cents, "usd") == text


@pytest.mark.parametrize(
    ("language", "currency", "text"),
    [
        ("en", "eur", "€10,000"),
        ("en", "cad", "CA$10,000"),
        ("en", "chf", "CHF\N{NO-BREAK SPACE}10,000"),
        ("de", "usd", "10.000\N{NO-BREAK SPACE}$"),
        ("de", "eur", "10.000\N{NO-BREAK SPACE}€"),
        ("de", "chf", "10.000\N{NO-BREAK SPACE}CHF"),
    ],
)
def test_money_is_written_in_its_currency_the_way_the_language_does_it(
    speaking: Flask, language: str, currency: str, text: str
) -> None:
    with speaking.test_request_context(headers={"Accept-Language": language}):
        assert money(1_000_000, currency) == text


def test_a_price_says_whether_it_is_paid_each_month(speaking: Flask) -> None:
    with speaking.test_request_context(headers={"Accept-Language": "de"}):
        assert price(5, "eur", is_monthly=True) == "0,05\N{NO-BREAK SPACE}€ im Monat"
        assert price(5, "eur", is_monthly=False) == "0,05\N{NO-BREAK SPACE}€"


@given(st.integers(-(10**12), 10**12))
def test_no_cent_is_lost_when_money_is_written(cents: int) -> None:
    digits = money(cents, "usd").replace("$", "").replace(",", "").replace("\N{MINUS SIGN}", "-")
    dollars, _, rest = digits.partition(".")
    assert int(dollars + (rest or "00")) == cents


def test_a_number_has_separated_thousands_and_the_decimal_places_asked_for() -> None:
    assert number(20_000) == "20,000"
    assert number(1234.5, places=2) == "1,234.50"
    assert number(0.04, places=1) == "0.0"


def test_a_day_is_written_out() -> None:
    assert plain_date(date(2026, 11, 4)) == "4 November 2026"


def test_a_time_is_shown_in_utc_as_in_a_log() -> None:
    moment = datetime(2026, 11, 4, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert datetime_utc(moment) == "5 Nov 2026, 04:30 UTC"
    assert datetime_utc(moment, seconds=True) == "5 Nov 2026, 04:30:00 UTC"
    assert plain_date(moment) == "5 November 2026"
    assert datetime_utc(moment.astimezone(UTC)) == datetime_utc(moment)


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [
        (0.04, "0.0 seconds"),
        (9.4, "9.4 seconds"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (3599.9, "59 minutes"),
        (3600, "1 hour"),
        (48 * 3600 - 1, "47 hours"),
        (48 * 3600, "2 days"),
        (100 * 24 * 3600, "100 days"),
    ],
)
def test_a_duration_is_written_in_a_single_unit(seconds: float, spelled: str) -> None:
    assert duration(seconds) == spelled


def test_text_in_double_backticks_becomes_code_and_everything_is_escaped() -> None:
    assert with_code("``a<b>`` & ``c`` of ``") == (
        "<code>a&lt;b&gt;</code> &amp; <code>c</code> of ``"
    )


def test_an_apostrophe_is_curly_on_a_page_except_in_code() -> None:
    assert with_code("The step's ``row['id']``") == "The step’s <code>row[&#39;id&#39;]</code>"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "person, company and text"), ("de", "person, company und text")]
)
def test_the_last_two_of_a_list_are_joined_by_a_word_alone(
    speaking: Flask, language: str, text: str
) -> None:
    with speaking.test_request_context(headers={"Accept-Language": language}):
        assert listed(["person", "company", "text"]) == text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Tidewater Freight", "Tidewater Freight"),
        (
            "Caf\N{LATIN SMALL LETTER E WITH ACUTE} 24/7",
            "Caf\N{LATIN SMALL LETTER E WITH ACUTE} 24/7",
        ),
        ("Acme \u202egnp.exe", "Acme gnp.exe"),
        ("\u2069\u2067\u202eAcme\u202c", "Acme"),
        ("\u05e9\u05dc\u05d5\u05dd 24/7", "\u2068\u05e9\u05dc\u05d5\u05dd 24/7\u2069"),
        ("\u0645\u0631\u062d\u0628\u0627\u2069", "\u2068\u0645\u0631\u062d\u0628\u0627\u2069"),
    ],
)
def test_typed_text_cannot_change_the_direction_of_the_text_around_it(
    name: str, shown: str
) -> None:
    assert isolated(name) == shown
