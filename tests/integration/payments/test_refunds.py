"""A payment by card is refunded at Stripe: both pages say so, and nothing else changes."""

import html
import json
import time
from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.notifications.models import MailMessage
from app.payments.models import CheckoutAttempt, Refund
from app.payments.stripe.reports import UNKNOWN_PAYMENT
from app.platform.database import utc_now
from local.stripe_standin.webhooks import signature_header
from tests.integration.local_stripe.conftest import WEBHOOK_SECRET
from tests.integration.payments.actors import (
    CheckoutEvent,
    Handle,
    LaterEvent,
    Payer,
    PostWebhook,
    Standin,
    Tell,
)

DESK = "/staff/engagements/{}/payment"


def statuses(session: Session) -> list[tuple[int, str]]:
    session.rollback()
    made = session.scalars(select(Refund).order_by(Refund.created_at, Refund.id))
    return [(refund.amount_cents, refund.status) for refund in made]


def kinds(payer: Payer) -> list[str]:
    return [recorded.type.removeprefix("deposit.") for recorded in payer.told()]


def test_a_refund_at_stripe_is_told_on_both_pages_and_changes_nothing_else(
    standin: Standin,
    paid: CheckoutAttempt,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    desk: FlaskClient,
    session: Session,
) -> None:
    standin.refund(paid.stripe_session_id, "1,500.00")
    post_webhook(*standin.next_webhook("refund.created"))
    handle_events()
    [_, told] = payer.told()
    [refund] = session.scalars(select(Refund))
    assert msgspec.to_builtins(told.data) == {
        "application_id": str(payer.application_id),
        "deposit_id": str(payer.deposit().id),
        "refund_id": str(refund.id),
        "amount_cents": 150_000,
        "refunded_cents": 150_000,
        "currency": "usd",
        "method": "stripe",
        "attempt_id": str(paid.id),
        "is_extra": False,
    }
    assert (payer.deposit().status, payer.engagement.status) == ("paid", "active")
    own = html.unescape(payer.browser.get(payer.own_page).text)
    assert "$1,500 of it is refunded:" in own and "$1,500 to the card" in own
    assert "We have sent back $1,500." in own and "Your engagement is confirmed." in own
    at_desk = desk.get(f"/staff/applications/{payer.application_id}").text
    assert "<dt>Deposit refunded</dt><dd>$1,500 of $5,000</dd>" in at_desk
    assert "Refunded $1,500" in at_desk
    deposit = desk.get(DESK.format(payer.engagement_id)).text
    assert "Refunded $1,500 of $5,000." in deposit
    assert f'href="{standin.url}/test/payments/{paid.payment_intent}"' in deposit


def test_several_refunds_add_up_until_all_of_it_has_gone_back(
    standin: Standin,
    paid: CheckoutAttempt,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
) -> None:
    for amount in ("2000", "3000.00"):
        standin.refund(paid.stripe_session_id, amount)
        post_webhook(*standin.next_webhook("refund.created"))
        handle_events()
    assert [told.data.refunded_cents for told in payer.told()[1:]] == [200_000, 500_000]
    page = html.unescape(payer.browser.get(payer.own_page).text)
    assert "<h1>Your payment is refunded.</h1>" in page and "All of it is refunded:" in page
    assert "$2,000 to the card" in page and "$3,000 to the card" in page
    assert "Nobody has to act here" in page and "we write to agree the first day" not in page
    german = payer.browser.get(f"{payer.own_page}?lang=de").text
    assert "Ihre Zahlung ist erstattet." in german and "2.000\N{NO-BREAK SPACE}$" in german


def test_a_refund_that_fails_afterwards_counts_no_more_and_staff_are_mailed(
    standin: Standin,
    paid: CheckoutAttempt,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    desk: FlaskClient,
    session: Session,
) -> None:
    standin.refund(paid.stripe_session_id, "5000")
    body, signature = standin.next_webhook("refund.created")
    post_webhook(body, signature)
    handle_events()
    standin.fail_refund(paid.stripe_session_id, json.loads(body)["data"]["object"]["id"])
    post_webhook(*standin.next_webhook("refund.failed"))
    handle_events()
    assert kinds(payer) == ["paid", "refunded", "refund_failed"]
    assert payer.told()[-1].data.refunded_cents == 0
    page = html.unescape(payer.browser.get(payer.own_page).text)
    assert "of it is refunded" not in page and "Your bank did not take the refund" in page
    assert "Your engagement is confirmed." in page
    assert "Nothing has been refunded." in desk.get(DESK.format(payer.engagement_id)).text
    [mail] = session.scalars(select(MailMessage).where(MailMessage.template == "refund_failed"))
    assert mail.subject.startswith("Refund failed: ") and "$5,000" in mail.text


def test_a_refund_that_waits_for_stripes_balance_counts_once_it_is_made(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, tell: Tell, session: Session
) -> None:
    assert tell(refund_event("created", paid, status="pending")) == "The refund is under way."
    assert statuses(session) == [(500_000, "pending")] and kinds(payer) == ["paid"]
    assert "is refunded" not in payer.page
    assert tell(refund_event("updated", paid)) == "The refund is made."
    assert statuses(session) == [(500_000, "succeeded")] and "All of it is refunded" in payer.page


def test_a_refund_that_was_cancelled_before_it_was_made_is_no_news(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, tell: Tell, session: Session
) -> None:
    tell(refund_event("created", paid, status="requires_action"))
    assert tell(refund_event("updated", paid, status="canceled")) == "The refund was cancelled."
    assert statuses(session) == [(500_000, "canceled")] and kinds(payer) == ["paid"]


def test_out_of_order_and_repeated_the_refund_ends_the_same(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, tell: Tell, session: Session
) -> None:
    assert tell(refund_event("failed", paid)) == "The refund failed."
    for event in (refund_event("created", paid), refund_event("created", paid, status="pending")):
        for _ in range(2):
            assert "Nothing to change" in tell(event)
    assert statuses(session) == [(500_000, "failed")]
    assert kinds(payer) == ["paid", "refund_failed"]
    assert payer.told()[-1].data.refunded_cents == 0


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"amount": 500_001}, "The payment was 500000 cents, the refund 500001."),
        ({"amount": 0}, "The payment was 500000 cents, the refund 0."),
        ({"amount": -1}, "Not a refund as Stripe describes it"),
        ({"amount": 2**31}, "Not a refund as Stripe describes it"),
        ({"amount": True}, "Not a refund as Stripe describes it"),
        ({"currency": "eur"}, "in another currency"),
        ({"currency": None}, "Not a refund as Stripe describes it"),
        ({"status": "lost"}, "'lost' is not known"),
        ({"status": None}, "Not a refund as Stripe describes it"),
        ({"created": 10**12}, "Not a refund as Stripe describes it"),
        ({"livemode": True}, "Test mode and live mode differ"),
        ({"payment_intent": None}, UNKNOWN_PAYMENT),
        ({"payment_intent": "pi_of_another_site"}, UNKNOWN_PAYMENT),
        ({"payment_intent": {"id": "pi_1"}}, "Not a refund as Stripe describes it"),
    ],
)
def test_a_refund_that_does_not_fit_changes_nothing_and_says_why(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    session: Session,
    changed: dict[str, Any],
    reason: str,
) -> None:
    assert reason in tell(refund_event("created", paid, **changed))
    assert statuses(session) == [] and kinds(payer) == ["paid"]
    assert tell(refund_event("created", paid)) == "The refund is made."  # the control


@pytest.mark.parametrize(("secret", "age"), [("whsec_of_somebody_else", 0), (WEBHOOK_SECRET, 310)])
def test_a_refund_or_a_dispute_that_is_forged_or_stale_is_refused(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    dispute_event: LaterEvent,
    post_webhook: PostWebhook,
    handle_events: Handle,
    secret: str,
    age: int,
) -> None:
    for event in (refund_event("created", paid), dispute_event("created", paid)):
        body = json.dumps(event).encode()
        signature = signature_header(body, secret, int(time.time()) - age)
        assert post_webhook(body, signature).status_code == 400
    handle_events()
    assert kinds(payer) == ["paid"]


def test_a_refund_counts_only_for_a_payment_that_has_arrived(
    attempt: CheckoutAttempt,
    payer: Payer,
    checkout_event: CheckoutEvent,
    refund_event: LaterEvent,
    tell: Tell,
) -> None:
    tell(checkout_event("completed", attempt, payment_status="unpaid", payment_intent="pi_1"))
    [waiting] = payer.attempts()
    assert (waiting.status, waiting.payment_intent) == ("processing", "pi_1")
    assert tell(refund_event("created", waiting)) == UNKNOWN_PAYMENT


def test_a_refund_that_names_no_payment_is_not_taken_for_one_whose_id_is_not_known(
    attempt: CheckoutAttempt,
    payer: Payer,
    checkout_event: CheckoutEvent,
    refund_event: LaterEvent,
    tell: Tell,
) -> None:
    tell(checkout_event("completed", attempt))  # as an older release stored it
    assert payer.attempts()[0].payment_intent is None
    assert tell(refund_event("created", attempt, payment_intent=None)) == UNKNOWN_PAYMENT


def test_a_refund_after_an_erasure_is_followed_without_a_name(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    session: Session,
    handle_events: Handle,
    desk: FlaskClient,
) -> None:
    erase_person(session, payer.application_id, actor="operator:ada")
    session.commit()
    handle_events()
    assert tell(refund_event("created", paid)) == "The refund is made."
    assert "Refunded $5,000 of $5,000." in desk.get(DESK.format(payer.engagement_id)).text
    assert tell(refund_event("failed", paid)) == "The refund failed."
    [mail] = session.scalars(select(MailMessage).where(MailMessage.template == "refund_failed"))
    assert "Marsh" not in mail.text and "ask the client" not in mail.text
    assert "tell the client" not in desk.get(DESK.format(payer.engagement_id)).text


def test_a_refund_that_failed_is_not_asked_for_once_another_has_sent_the_money(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, tell: Tell, desk: FlaskClient
) -> None:
    tell(refund_event("failed", paid))
    assert "Send it another way" in desk.get(DESK.format(payer.engagement_id)).text
    tell(refund_event("created", paid, id="re_2"))
    page = desk.get(DESK.format(payer.engagement_id)).text
    assert "Refunded $5,000 of $5,000." in page and "Send it another way" not in page


def test_the_refund_has_the_day_on_which_stripe_made_it(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, tell: Tell
) -> None:
    weeks_ago = int(utc_now().timestamp()) - 20 * 86_400
    tell(refund_event("created", paid, created=weeks_ago))
    assert payer.page.count("to the card") == 1
