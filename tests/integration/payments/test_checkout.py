"""Opening Stripe's page: whatever goes wrong on the way, there is exactly one page to pay on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.page_link import replace_page_link
from app.engagements.models import Engagement
from app.payments.models import CheckoutAttempt
from app.payments.service import open_deposit_checkout
from app.payments.stripe import sdk
from app.payments.stripe.answers import PaymentUnavailable
from app.payments.stripe.sdk import Gateway
from app.platform.database import db, utc_now
from tests.integration.payments.actors import Handle, Payer, Standin


def test_paying_by_card_leads_to_stripes_page_for_the_amount_in_the_database(
    standin: Standin, payer: Payer
) -> None:
    answer = payer.press_pay()
    [page] = standin.sessions()
    assert answer.status_code == 303 and answer.location == page["url"]
    assert page["amount_total"] == payer.engagement.deposit_cents == 500_000
    assert page["currency"] == "usd" and page["mode"] == "payment"
    assert page["customer_email"] == payer.application.email
    own_page = f"http://localhost{payer.own_page}"
    [attempt] = payer.attempts()
    assert page["success_url"] == f"{own_page}?payment=done&attempt={attempt.id}#deposit"
    assert page["cancel_url"] == f"{own_page}?payment=cancelled#deposit"
    back = payer.browser.get(page["cancel_url"]).text
    assert "nothing was charged" in back and "You have agreed, and the deposit is due." in back


def test_stripe_may_charge_no_other_currency_than_the_page_shows(
    standin: Standin, payer: Payer
) -> None:
    payer.press_pay()
    [page] = standin.sessions()
    assert page["adaptive_pricing"] == {"enabled": False}


@pytest.mark.parametrize(
    ("language", "line"), [("en", "Deposit: Sprint"), ("de", "Anzahlung: Sprint")]
)
def test_stripes_page_names_what_is_paid_for_in_the_payers_language(
    standin: Standin, payer: Payer, language: str, line: str
) -> None:
    payer.browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    payer.press_pay()
    [attempt] = payer.attempts()
    [item] = attempt.request["line_items"]
    assert item["price_data"]["product_data"] == {
        "name": line,
        "description": payer.application.reference,
    }


def test_the_idempotency_key_is_stored_before_stripe_is_asked(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look_from_outside(self: Gateway, request: object, key: str, **_: object) -> None:
        with Session(db.engine) as other:
            seen.append((key, other.query(CheckoutAttempt).one().idempotency_key))
        raise PaymentUnavailable

    monkeypatch.setattr(Gateway, "open_checkout", look_from_outside)
    assert payer.press_pay().location.endswith("#deposit")
    [(sent, stored)] = seen
    assert sent == stored


def test_no_transaction_is_open_while_stripe_is_asked(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = sdk.Gateway.open_checkout

    def count_connections(self: Gateway, *args: object, **named: object) -> object:
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        return pages(self, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Gateway, "open_checkout", count_connections)
    payer.session.rollback()
    assert payer.press_pay().location.startswith(standin.url)


def test_a_second_click_goes_to_the_same_page(standin: Standin, payer: Payer) -> None:
    assert payer.press_pay().location == payer.press_pay().location
    assert len(standin.sessions()) == len(payer.attempts()) == 1


@pytest.mark.parametrize("is_asked_for", [False, True])
def test_twenty_simultaneous_clicks_go_to_one_page(
    app: Flask, standin: Standin, payer: Payer, handle_events: Handle, is_asked_for: bool
) -> None:
    """Whether or not the worker has created the deposit before the clicks."""
    if is_asked_for:
        handle_events()
    together = threading.Barrier(20)

    def click(_: int) -> str | None:
        with app.test_request_context():
            session = db.session()
            together.wait()
            engagement = session.get_one(Engagement, payer.engagement_id)
            application = session.get_one(Application, payer.application_id)
            return open_deposit_checkout(session, engagement, application)

    with ThreadPoolExecutor(20) as threads:
        addresses = set(threads.map(click, range(20)))
    [page] = standin.sessions()
    assert addresses == {page["url"]}
    assert [attempt.status for attempt in payer.attempts()] == ["open"]


@pytest.mark.parametrize("mode", ["drop", "timeout", "500", "429"])
def test_after_a_failure_at_stripe_the_next_click_still_opens_only_one_page(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    standin.fail(mode, seconds=1.0)
    with monkeypatch.context() as impatient:
        impatient.setattr(sdk, "NETWORK_RETRIES", 0)
        impatient.setattr(sdk, "ANSWER_SECONDS", 0.3)
        lost = payer.press_pay()
    assert lost.location.endswith(f"{payer.own_page}#deposit")
    assert "can’t be reached" in payer.browser.get("/").text
    found = payer.press_pay()
    [page] = standin.sessions(status="open")
    assert found.location == page["url"]
    assert [a.stripe_session_id for a in payer.attempts() if a.status == "open"] == [page["id"]]


def test_a_request_whose_answer_was_dropped_is_repeated_immediately(
    standin: Standin, payer: Payer
) -> None:
    standin.fail("drop")
    answer = payer.press_pay()
    [page] = standin.sessions()
    assert answer.location == page["url"]


def test_a_page_that_stripe_made_before_failing_is_found_by_its_reference(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe replays a failure for the same key, so repeating the request can't find the page."""
    monkeypatch.setattr(sdk, "NETWORK_RETRIES", 0)
    payer.press_pay()
    [attempt] = payer.attempts()
    standin.fail("500")
    found = Gateway("sk_test_of_the_tests", standin.url).open_checkout(
        attempt.request, "another-key", since=int(attempt.created_at.timestamp())
    )
    assert found.session_id == attempt.stripe_session_id


def test_after_a_crash_before_the_answer_was_stored_the_same_key_is_used_again(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("app.payments.service.keep_page", crash)
        with pytest.raises(KeyboardInterrupt):
            payer.press_pay()
    [attempt] = payer.attempts()
    assert attempt.status == "opening" and len(standin.sessions()) == 1
    key = attempt.idempotency_key
    payer.press_pay()
    [page], [attempt] = standin.sessions(), payer.attempts()
    assert (attempt.stripe_session_id, attempt.idempotency_key) == (page["id"], key)


def test_an_expired_page_makes_room_for_another(standin: Standin, payer: Payer) -> None:
    payer.press_pay()
    [old] = payer.attempts()
    standin.expire(old.stripe_session_id)
    answer = payer.press_pay()
    [page] = standin.sessions(status="open")
    assert answer.location == page["url"]
    assert [attempt.status for attempt in payer.attempts()] == ["expired", "open"]


def test_a_page_still_open_at_stripe_is_reused_whatever_our_clock_says(
    standin: Standin, payer: Payer
) -> None:
    first = payer.press_pay().location
    [attempt] = payer.attempts()
    attempt.expires_at = utc_now() - timedelta(hours=1)
    payer.session.commit()
    assert payer.press_pay().location == first
    assert len(standin.sessions()) == 1


def replace_link(payer: Payer) -> None:
    """Replace the link to the payer's page, and tell them the new one."""
    replace_page_link(payer.session, payer.application_id, actor="staff:ada")
    payer.session.commit()
    payer.own_page = f"/applications/{payer.application.access_token}"


def test_after_paying_the_client_is_sent_back_to_the_present_link_even_if_it_was_replaced(
    standin: Standin, payer: Payer
) -> None:
    payer.press_pay()
    replace_link(payer)
    page = payer.press_pay().location
    assert [one["status"] for one in standin.sessions()] == ["open", "expired"]
    assert payer.own_page in standin.pay(page)
    assert [attempt.status for attempt in payer.attempts()] == ["expired", "open"]


def test_a_page_that_stripe_made_for_a_replaced_link_before_answering_is_not_the_one_to_pay_on(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdk, "NETWORK_RETRIES", 0)
    standin.fail("drop")
    payer.press_pay()
    replace_link(payer)
    assert payer.own_page in standin.pay(payer.press_pay().location)
    assert [one["status"] for one in standin.sessions()] == ["complete", "expired"]


def test_an_unanswered_attempt_that_has_expired_makes_room_for_another(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sdk, "NETWORK_RETRIES", 0)
    standin.fail("drop")
    payer.press_pay()
    [page], [attempt] = standin.sessions(), payer.attempts()
    standin.expire(page["id"])  # as it has at Stripe by then
    attempt.expires_at = utc_now()
    payer.session.commit()
    answer = payer.press_pay()
    [page] = standin.sessions(status="open")
    assert answer.location == page["url"]
    assert [attempt.status for attempt in payer.attempts()] == ["expired", "open"]


def test_a_page_that_stripe_has_forgotten_makes_room_for_another(
    standin: Standin, payer: Payer
) -> None:
    payer.press_pay()
    [attempt] = payer.attempts()
    attempt.stripe_session_id = "cs_test_forgotten"
    payer.session.commit()
    assert payer.press_pay().location.startswith(standin.url)
    assert [attempt.status for attempt in payer.attempts()] == ["expired", "open"]


def test_a_page_that_was_paid_is_not_opened_again_while_its_webhook_is_late(
    standin: Standin, payer: Payer
) -> None:
    standin.pay(payer.press_pay().location)
    assert payer.press_pay().location.endswith(f"{payer.own_page}#deposit")
    assert len(standin.sessions()) == 1
    assert payer.deposit().status == "due"
    assert "waiting for Stripe" in payer.page


def test_a_request_that_stripe_refused_is_followed_by_a_new_one(
    standin: Standin, payer: Payer
) -> None:
    payer.engagement.deposit_cents = 49  # below Stripe's minimum charge
    payer.session.commit()
    assert payer.press_pay().location.endswith("#deposit")
    assert [attempt.status for attempt in payer.attempts()] == ["failed"]
    assert "did not go through" in payer.page


def test_nothing_can_be_paid_before_the_client_has_agreed(standin: Standin, payer: Payer) -> None:
    token, engagement = payer.csrf_token(), payer.engagement
    engagement.status, engagement.accepted_at, engagement.accepted_name = "offered", None, None
    payer.session.commit()
    assert payer.press_pay(token).location.endswith("#deposit")
    assert payer.page.strip() == ""
    assert payer.attempts() == [] and standin.sessions() == []


def test_only_the_clients_own_link_opens_a_payment(standin: Standin, payer: Payer) -> None:
    assert payer.browser.get("/applications/nobody/deposit").status_code == 404
    answer = payer.browser.post("/applications/nobody/deposit", follow_redirects=True)
    assert answer.status_code == 404


def test_reloading_the_address_that_the_button_posts_to_leads_to_the_deposit(payer: Payer) -> None:
    answer = payer.browser.get(f"{payer.own_page}/deposit")
    assert (answer.status_code, answer.location) == (303, f"{payer.own_page}#deposit")


def test_a_press_from_a_page_left_open_too_long_is_told_so_at_the_deposit(
    standin: Standin, payer: Payer
) -> None:
    assert payer.press_pay("expired").location.endswith("#deposit")
    assert standin.sessions() == []
    assert "Press the button once more." in at_deposit(payer)
    assert payer.press_pay().location == standin.sessions()[0]["url"]


def test_a_press_while_stripe_cannot_be_reached_is_told_so_at_the_deposit(
    standin: Standin, payer: Payer
) -> None:
    standin.fail("500", times=10)
    assert payer.press_pay().location.endswith("#deposit")
    assert "can’t be reached right now, and nothing was charged" in at_deposit(payer)
    assert "can’t be reached right now" not in payer.browser.get(payer.own_page).text  # shown once


def at_deposit(payer: Payer) -> str:
    """The client's page from the deposit on, which is where its button leads back to."""
    above, _, deposit = payer.browser.get(payer.own_page).text.partition('id="deposit"')
    assert "charged" not in above and "too long" not in above
    return deposit
