"""From a webhook to a paid deposit, and everything that must not lead to one."""

import html
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.messages.service import write_as_staff
from app.notifications.models import MailMessage
from app.payments.models import CheckoutAttempt, StripeEvent
from app.payments.stripe.settlement import SECOND_PAYMENT
from tests.integration.payments.actors import (
    CheckoutEvent,
    Handle,
    Hear,
    LaterEvent,
    Payer,
    PostWebhook,
    Standin,
)

Settle = Callable[..., str]


@pytest.fixture
def settle(
    post_webhook: PostWebhook,
    checkout_event: CheckoutEvent,
    handle_events: Handle,
    session: Session,
) -> Settle:
    """Send an event about the attempt, handle it, and return its outcome."""

    def settle(kind: str, attempt: CheckoutAttempt, **changed: Any) -> str:
        event = checkout_event(kind, attempt, **changed)
        assert post_webhook(event).status_code == 200
        handle_events()
        row = session.scalars(
            select(StripeEvent).where(StripeEvent.stripe_event_id == event["id"])
        ).one()
        assert row.handled_at is not None and row.outcome is not None
        return row.outcome

    return settle


def test_paying_on_stripes_page_pays_the_deposit_and_starts_the_engagement(
    standin: Standin,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    session: Session,
) -> None:
    back = standin.pay(payer.press_pay().location)
    [attempt] = payer.attempts()
    came_back = f"?payment=done&attempt={attempt.id}"
    assert back == f"http://localhost{payer.own_page}{came_back}#deposit"
    page = html.unescape(payer.browser.get(f"{payer.own_page}{came_back}").text)
    assert "waiting for Stripe" in page
    assert f"{payer.own_page}/deposit{came_back}" in page
    assert f"{payer.own_page}/progress{came_back}" in page
    assert payer.part(payment="done") == ""
    assert "<h1>Your payment is on its way.</h1>" in page and "You act next" not in page
    assert payer.deposit().status == "due"

    assert post_webhook(*standin.next_webhook("checkout.session.completed")).status_code == 200
    handle_events()
    deposit, [attempt], [paid] = payer.deposit(), payer.attempts(), payer.payments()
    assert (deposit.status, deposit.method) == ("paid", "stripe") and deposit.paid_at
    assert attempt.status == "complete" and payer.engagement.status == "active"
    assert msgspec.to_builtins(paid.data) == {
        "application_id": str(payer.application_id),
        "deposit_id": str(deposit.id),
        "amount_cents": 500_000,
        "currency": "usd",
        "method": "stripe",
    }
    mails = session.scalars(select(MailMessage.template)).all()
    assert {"deposit_receipt", "deposit_paid"} <= set(mails)
    settled = payer.part(payment="done")
    assert "$5,000 paid by card" in settled and "hx-get" not in settled


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"amount_total": 499_999}, "The deposit is 500000 cents, the session 499999."),
        ({"amount_total": 0}, "The deposit is 500000 cents, the session 0."),
        ({"currency": "jpy"}, "in another currency"),
        ({"payment_status": "no_payment_required"}, "not paid"),
        ({"payment_status": "anything"}, "not paid"),
        ({"mode": "setup"}, "not one for a payment"),
        ({"livemode": True}, "Test mode and live mode differ"),
        ({"id": "cs_test_another"}, "not the one that Stripe gave"),
        ({"client_reference_id": None}, "no reference of ours"),
        ({"client_reference_id": "CE-1234"}, "no reference of ours"),
        ({"client_reference_id": "0" * 32}, "not one of our attempts"),
        ({"metadata": {}}, "names another deposit"),
        ({"metadata": {"deposit_id": "0" * 32}}, "names another deposit"),
        ({"amount_total": True}, "Not a checkout session"),
    ],
)
def test_an_event_that_differs_in_any_point_changes_nothing_and_says_why(
    payer: Payer, attempt: CheckoutAttempt, settle: Settle, changed: dict[str, Any], reason: str
) -> None:
    assert reason in settle("completed", attempt, **changed)
    assert payer.deposit().status == "due" and payer.payments() == []
    assert [one.status for one in payer.attempts()] == ["open"]
    assert settle("completed", attempt) == "The deposit is paid."  # the control


def test_a_live_event_counts_only_under_a_live_key(
    payer: Payer,
    attempt: CheckoutAttempt,
    settle: Settle,
    change_settings: Callable[..., None],
) -> None:
    change_settings(STRIPE_SECRET_KEY="sk_live_1")
    assert "differ" in settle("completed", attempt)
    assert settle("completed", attempt, livemode=True) == "The deposit is paid."


def test_one_clients_session_does_not_pay_for_another(
    agree: Callable[[], Payer], payer: Payer, attempt: CheckoutAttempt, settle: Settle
) -> None:
    other = agree()
    other.press_pay()
    [others] = other.attempts()
    outcome = settle("completed", attempt, id=others.stripe_session_id)
    assert "not the one that Stripe gave" in outcome
    assert payer.deposit().status == other.deposit().status == "due"


def test_a_payment_counts_even_if_stripes_first_answer_never_came(
    standin: Standin, payer: Payer, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    monkeypatch.setattr("app.payments.stripe.sdk.NETWORK_RETRIES", 0)
    standin.fail("drop")
    payer.press_pay()
    [page], [attempt] = standin.sessions(), payer.attempts()
    assert settle("completed", attempt, id=page["id"]) == "The deposit is paid."
    assert payer.attempts()[0].stripe_session_id == page["id"]


def test_while_the_bank_has_not_yet_paid_the_deposit_stays_due_and_no_new_page_opens(
    payer: Payer, attempt: CheckoutAttempt, settle: Settle
) -> None:
    token = payer.csrf_token()
    assert "on its way" in settle("completed", attempt, payment_status="unpaid")
    assert "waiting for Stripe" in payer.page
    assert payer.press_pay(token).location.endswith("#deposit")
    assert len(payer.attempts()) == 1 and payer.deposit().status == "due"
    assert settle("async_payment_succeeded", attempt) == "The deposit is paid."


def test_after_the_bank_refuses_the_deposit_is_still_due_and_can_be_paid_again(
    standin: Standin, payer: Payer, attempt: CheckoutAttempt, settle: Settle
) -> None:
    settle("completed", attempt, payment_status="unpaid")
    assert "refused" in settle("async_payment_failed", attempt, payment_status="unpaid")
    assert "did not go through" in payer.page
    back = payer.browser.get(f"{payer.own_page}?payment=done").text
    assert "did not go through" in back and "<h1>You have agreed, and the deposit is due." in back
    assert "waiting for Stripe" not in back and f"{payer.own_page}/progress" not in back
    assert payer.press_pay().location.startswith(standin.url)


def test_a_message_that_comes_before_stripes_does_not_say_that_nothing_is_paid(
    standin: Standin, payer: Payer, session: Session
) -> None:
    back = standin.pay(payer.press_pay().location)
    page = html.unescape(payer.browser.get(back).text)
    news = re.search(r'hx-get="([^"]*/messages/new\?[^"]*)"', page)
    assert news
    write_as_staff(session, payer.application_id, "Welcome!", form_id="a", actor="staff:ada")
    session.commit()
    part = payer.browser.get(f"{news[1]}&seen=0").text
    assert "Welcome!" in part and "<h1>Your payment is on its way.</h1>" in part


def test_the_next_try_does_not_pass_for_the_one_that_the_payer_came_back_from(
    payer: Payer, attempt: CheckoutAttempt, settle: Settle
) -> None:
    settle("completed", attempt, payment_status="unpaid")
    settle("async_payment_failed", attempt, payment_status="unpaid")
    payer.press_pay()
    first, second = payer.attempts()
    assert "waiting for Stripe" not in payer.part(payment="done", attempt=str(first.id))
    page = payer.browser.get(f"{payer.own_page}?payment=done&attempt={first.id}").text
    assert "Pay $5,000 by card" in page and "You act next" in page
    assert payer.part(payment="done", attempt=str(second.id)) == ""


def test_a_paid_deposit_never_becomes_unpaid(
    payer: Payer, attempt: CheckoutAttempt, settle: Settle
) -> None:
    settle("completed", attempt)
    for kind in ("expired", "async_payment_failed"):
        assert "Nothing to change" in settle(kind, attempt, payment_status="unpaid")
    assert "Nothing to change" in settle("completed", attempt)
    assert payer.deposit().status == "paid" and len(payer.payments()) == 1
    assert payer.attempts()[0].status == "complete"


def test_an_expired_page_is_noted_and_another_can_be_opened(
    standin: Standin,
    payer: Payer,
    attempt: CheckoutAttempt,
    post_webhook: PostWebhook,
    handle_events: Handle,
) -> None:
    standin.expire(attempt.stripe_session_id)
    post_webhook(*standin.next_webhook("checkout.session.expired"))
    handle_events()
    assert payer.attempts()[0].status == "expired"
    assert "was closed before it was paid" in payer.page
    assert payer.press_pay().location.startswith(standin.url)


def test_a_second_payment_is_noted_as_one_to_refund(
    standin: Standin, payer: Payer, attempt: CheckoutAttempt, settle: Settle
) -> None:
    settle("expired", attempt, payment_status="unpaid")
    payer.press_pay()
    _, second = payer.attempts()
    assert settle("completed", second) == "The deposit is paid."
    assert settle("completed", attempt) == SECOND_PAYMENT
    assert len(payer.payments()) == 1


def test_the_history_names_stripes_event_as_the_cause(
    settle: Settle, attempt: CheckoutAttempt, payer: Payer, desk: FlaskClient, session: Session
) -> None:
    settle("completed", attempt)
    said = session.scalars(select(StoredEvent).filter_by(type="stripe.event_received")).one()
    path = f"/staff/applications/{payer.application_id}/history"
    link = f'<a href="/staff/events/{said.id}">stripe.event_received</a>'
    tree = desk.get(path).text.split('id="cause-title"')[1]
    assert tree.count(link) == 1
    assert tree.index(link) < tree.index(">Deposit of") < tree.index(">Engagement confirmed")
    assert f"correlation <code>{said.meta['correlation_id']}</code>" in tree
    paid = re.search(r'moment=(\d+)"[^>]*>Deposit of', tree)
    assert paid
    assert f"an event of another stream: {link}" in desk.get(f"{path}?moment={paid[1]}").text


def test_of_many_reports_by_stripe_the_latest_ten_are_open(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, hear: Hear, desk: FlaskClient
) -> None:
    parts = [refund_event("created", paid, id=f"re_{part}", amount=1_000) for part in range(11)]
    hear(parts, [], None)
    page = desk.get(f"/staff/engagements/{payer.engagement_id}/payment").text
    earlier, _, latest = page[page.index("What Stripe reported") :].partition("</details>")
    assert "2 earlier" in earlier
    assert (earlier.count("checkout.session"), earlier.count("refund.created")) == (1, 1)
    assert latest.count("The refund is made.") == 10
