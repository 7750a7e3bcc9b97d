"""Stripe's circuit: while Stripe keeps failing, a client who pays is not kept waiting."""

import pytest
import stripe
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.circuits.queries import list_circuits
from app.payments.stripe import sdk
from app.payments.stripe.answers import PaymentUnavailable
from app.payments.stripe.sdk import Gateway, is_outage
from tests.integration.payments.actors import SECRET_KEY, Payer, Standin


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "NETWORK_RETRIES", 0)


def ask_in_vain(app: Flask, gateway: Gateway) -> None:
    """Press the button until the circuit is open."""
    for _ in range(app.config["SITE"].CIRCUIT_MAX_FAILURES):
        with pytest.raises(PaymentUnavailable):
            gateway.read_checkout("cs_1")


def test_while_stripe_keeps_failing_it_is_not_asked_and_the_page_says_so(
    app: Flask, impatient: None, standin: Standin, payer: Payer
) -> None:
    ask_in_vain(app, Gateway(SECRET_KEY, "http://127.0.0.1:1"))
    assert payer.press_pay().location.endswith(f"{payer.own_page}#deposit")
    assert "can’t be reached" in payer.browser.get("/").text
    assert standin.sessions() == []


def test_the_first_click_after_the_pause_is_the_probe(
    app: Flask, impatient: None, standin: Standin, payer: Payer
) -> None:
    ask_in_vain(app, Gateway(SECRET_KEY, "http://127.0.0.1:1"))
    payer.session.execute(text("UPDATE circuits SET next_probe_at = now()"))
    payer.session.commit()
    assert payer.press_pay().location.startswith(standin.url)
    payer.session.rollback()
    assert [record.state for record in list_circuits(payer.session)] == ["closed"]


def test_staff_are_told_when_stripe_no_longer_accepts_the_api_key(
    app: Flask, session: Session, impatient: None, standin: Standin
) -> None:
    """As after the key was changed at Stripe but not in the site's settings: each client who
    presses the button is asked to come back in a minute."""
    ask_in_vain(app, Gateway("sk_test_expired", standin.url))
    [stripe_circuit] = list_circuits(session)
    assert (stripe_circuit.state, stripe_circuit.last_error) == ("open", "AuthenticationError")
    assert session.scalars(text("SELECT type FROM events")).all() == ["circuit.opened"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (stripe.APIConnectionError("no route"), True),  # type: ignore[no-untyped-call]
        (stripe.APIError("broken", http_status=500), True),
        (stripe.APIError("in progress", http_status=409), False),
        (stripe.AuthenticationError("wrong key", http_status=401), True),
        (stripe.PermissionError("not with this key", http_status=403), False),
        (stripe.RateLimitError("slower", http_status=429), False),
    ],
)
def test_an_error_from_stripe_is_an_outage_only_if_every_call_would_fail(
    error: Exception, expected: bool
) -> None:
    assert is_outage(error) is expected
