"""The form in which staff record a transfer accepts only the exact amount of the deposit."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.payments.forms import BankPaymentForm
from app.platform.languages.catalogs import init_languages
from tests.unit.conftest import CONTENT

TODAY = date(2026, 11, 30)
AGREED_ON = TODAY - timedelta(days=5)


@pytest.fixture(scope="module", autouse=True)
def request_context() -> Iterator[None]:
    app = Flask("forms")
    app.config.update(WTF_CSRF_ENABLED=False, SECRET_KEY="no secret")
    init_languages(app, CONTENT)
    with app.test_request_context(method="POST"):
        yield


def form(amount_cents: int = 300_000, currency: str = "usd", **typed: str) -> BankPaymentForm:
    fields = {"amount": "3000", "received_on": TODAY.isoformat(), "bank_reference": "", **typed}
    return BankPaymentForm(
        amount_cents, currency, agreed_on=AGREED_ON, today=TODAY, formdata=MultiDict(fields)
    )


@pytest.mark.parametrize("typed", ["3000", "3,000", "3000.00", "$3,000.00", " $ 3,000 "])
def test_the_amount_may_be_typed_in_any_usual_form(typed: str) -> None:
    assert form(amount=typed).validate()


def test_the_amount_is_asked_for_and_accepted_in_the_currency_of_the_deposit() -> None:
    in_euros = form(currency="eur", amount="€3,000.00")
    assert in_euros.amount.label.text == "Amount received, in EUR"
    assert in_euros.validate()
    refused = form(currency="eur", amount="$3,000.00")
    assert not refused.validate()
    assert str(refused.amount.errors[0]).startswith("The deposit is €3,000.")


@pytest.mark.parametrize(
    "typed",
    ["", "2999.99", "3000.01", "-3000", "30,00", "3.000", "3000,00", "3e3", "NaN", "３０００", "0"],
)
def test_any_other_amount_is_refused(typed: str) -> None:
    refused = form(amount=typed)
    assert not refused.validate() and set(refused.errors) == {"amount"}


@given(cents=st.integers(1, 10**9))
def test_cents_must_be_typed_where_there_are_any(cents: int) -> None:
    assert form(cents, amount=f"{cents // 100}.{cents % 100:02}").validate()
    assert form(cents, amount=f"{cents // 100}").validate() is (cents % 100 == 0)


def test_a_transfer_may_be_dated_tomorrow_if_the_banks_days_begin_earlier() -> None:
    assert form(received_on=(TODAY + timedelta(days=1)).isoformat()).validate()


def test_a_transfer_may_be_dated_the_day_before_the_agreement_if_the_banks_days_end_later() -> None:
    assert form(received_on=(AGREED_ON - timedelta(days=1)).isoformat()).validate()


def test_a_transfer_from_before_the_client_agreed_is_refused() -> None:
    refused = form(received_on=(AGREED_ON - timedelta(days=2)).isoformat())
    assert not refused.validate()
    assert refused.errors == {
        "received_on": ["The client agreed on 25 November 2026; nothing was due before then."]
    }


@pytest.mark.parametrize("day", ["", "2026-02-30", (TODAY + timedelta(days=2)).isoformat()])
def test_an_invalid_or_future_day_is_refused(day: str) -> None:
    refused = form(received_on=day)
    assert not refused.validate() and set(refused.errors) == {"received_on"}


@pytest.mark.parametrize("reference", ["x" * 141, "a\x00b"])
def test_a_reference_that_cannot_be_stored_is_refused(reference: str) -> None:
    assert not form(bank_reference=reference).validate()
