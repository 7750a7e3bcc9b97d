"""The page where a person pays, and the webhooks that follow."""

from collections.abc import Callable
from typing import Protocol

import pytest
import requests
import stripe
from stripe.params.checkout import SessionCreateParams

SECRET = "whsec_of_the_tests"


class Receiver(Protocol):
    """The receiver of the stand-in's webhooks, as (body, signature)."""

    failures_left: int

    def next(self) -> tuple[bytes, str]: ...


def verified(webhook: tuple[bytes, str], secret: str = SECRET) -> stripe.Event:
    body, signature = webhook
    return stripe.Webhook.construct_event(body, signature, secret)


@pytest.fixture
def session(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.create(checkout_params)


def press(url: str | None, button: str, **typed: str) -> requests.Response:
    return requests.post(f"{url}/{button}", data=typed, allow_redirects=False, timeout=15)


def page(url: str | None) -> str:
    answer = requests.get(url or "", timeout=5)
    assert answer.status_code == 200
    return answer.text


def test_the_page_shows_what_is_paid_for_and_that_the_payment_is_not_real(
    session: stripe.checkout.Session,
) -> None:
    shown = page(session.url)
    assert "Stand-in for Stripe</strong> – no money moves" in shown
    assert "$3,000.00" in shown and "30% of a Sprint" in shown
    assert 'href="https://firm.example/cancelled"' in shown


def test_paying_completes_the_session_and_sends_the_payer_back(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    answer = press(session.url, "pay")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"https://firm.example/back?session={session.id}"
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert paid.status == "complete" and paid.payment_status == "paid" and paid.url is None
    intent = client.v1.payment_intents.retrieve(str(paid.payment_intent))
    assert intent.status == "succeeded" and intent.amount_received == 300_000


def test_a_double_click_pays_once(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    answers = [press(session.url, "pay") for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    kinds = sorted(event.type for event in client.v1.events.list())
    assert kinds == ["checkout.session.completed", "payment_intent.succeeded"]
    assert "This is paid" in page(session.url)


def test_a_declined_card_leaves_the_session_open_and_the_page_says_so(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    assert press(session.url, "decline").status_code == 303
    assert "Your card was declined." in page(session.url)
    after = client.v1.checkout.sessions.retrieve(session.id)
    assert after.status == "open" and after.payment_status == "unpaid"
    assert press(session.url, "pay").headers["Location"].startswith("https://firm.example/back")


def test_an_expired_session_cannot_be_paid(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    client.v1.checkout.sessions.expire(session.id)
    press(session.url, "pay")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert "has expired" in page(session.url)


def test_an_unknown_session_gets_a_404_page(standin: str) -> None:
    answer = requests.get(f"{standin}/pay/cs_test_%3Cscript%3E", timeout=5)
    assert answer.status_code == 404 and "<script>" not in answer.text


def test_each_webhook_verifies_with_the_official_sdk(
    receiver: Receiver, session: stripe.checkout.Session
) -> None:
    press(session.url, "pay")
    events = [verified(receiver.next()) for _ in range(2)]
    by_type = {event.type: event.data.object for event in events}
    assert set(by_type) == {"checkout.session.completed", "payment_intent.succeeded"}
    assert by_type["checkout.session.completed"].id == session.id
    assert by_type["checkout.session.completed"].payment_status == "paid"


def test_a_webhook_does_not_verify_with_a_different_secret(
    receiver: Receiver, session: stripe.checkout.Session
) -> None:
    press(session.url, "pay")
    with pytest.raises(stripe.SignatureVerificationError):
        verified(receiver.next(), "whsec_other")


def test_a_refused_webhook_is_sent_again_with_the_same_event(
    receiver: Receiver, client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    receiver.failures_left = 1
    client.v1.checkout.sessions.expire(session.id)
    first, again = receiver.next(), receiver.next()
    assert first[0] == again[0]
    assert verified(again).type == "checkout.session.expired"


def test_an_event_can_be_fetched_as_it_was_sent(
    receiver: Receiver, client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    client.v1.checkout.sessions.expire(session.id)
    sent = verified(receiver.next())
    assert client.v1.events.retrieve(sent.id).to_dict() == sent.to_dict()


def test_a_paid_session_is_refunded_in_parts_and_no_more_than_was_paid(
    session: stripe.checkout.Session, receiver: Receiver
) -> None:
    assert press(session.url, "refund", amount="1").status_code == 400  # nothing was paid
    press(session.url, "pay")
    assert press(session.url, "refund", amount="1,000.00").status_code == 303
    shown = page(session.url)
    assert "Refund of 1,000.00: succeeded" in shown and 'value="2000.00"' in shown
    assert press(session.url, "refund", amount="2000.01").status_code == 400
    assert press(session.url, "refund", amount="much").status_code == 400
    assert press(session.url, "refund", amount="2000").status_code == 303
    assert 'name="amount"' not in page(session.url)
    events = [verified(receiver.next()) for _ in range(4)]
    amounts = [event.data.object.amount for event in events if event.type == "refund.created"]
    assert sorted(amounts) == [100_000, 200_000]


def test_a_refund_can_fail_afterwards_once(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    press(session.url, "pay")
    press(session.url, "refund", amount="3000")
    [made] = client.v1.events.list({"type": "refund.created"})
    for _ in range(2):
        assert press(session.url, f"refunds/{made.data.object.id}/fail").status_code == 303
    kinds = [event.type for event in client.v1.events.list({"types": ["refund.failed"]})]
    assert kinds == ["refund.failed"] and 'value="3000.00"' in page(session.url)
    assert press(session.url, "refunds/re_nowhere/fail").status_code == 404


def test_a_bank_asks_disputes_and_decides(
    client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    press(session.url, "pay")
    for status in ("warning_needs_response", "needs_response", "lost", "won"):
        assert press(session.url, "dispute", status=status).status_code == 303
    assert "Dispute: lost" in page(session.url)  # what is closed stays as it is
    kinds = [e.type for e in client.v1.events.list() if e.type.startswith("charge.dispute")]
    assert kinds == [f"charge.dispute.{what}" for what in ("closed", "updated", "created")]


def test_a_payment_is_found_where_the_dashboard_of_stripe_has_it(
    standin: str, client: stripe.StripeClient, session: stripe.checkout.Session
) -> None:
    press(session.url, "pay")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    shown = requests.get(f"{standin}/test/payments/{intent}", timeout=5)
    assert shown.url == session.url and "in Stripe’s dashboard" in shown.text
    assert requests.get(f"{standin}/test/payments/pi_nowhere", timeout=5).status_code == 404


def test_the_standin_reports_that_it_is_up(standin: str) -> None:
    assert requests.get(f"{standin}/healthz", timeout=5).status_code == 200


def test_an_unknown_failure_mode_is_refused_with_an_explanation(
    standin: str, fail_next: Callable[..., None]
) -> None:
    answer = requests.post(f"{standin}/_control/fail", json={"mode": "explode"}, timeout=5)
    assert answer.status_code == 400 and "explode" in answer.text
