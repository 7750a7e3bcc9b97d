"""The bank of the card disputes a payment: staff are told by when to answer, and how it ended."""

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.applications.erasure import erase_person
from app.chat.models import ChatMessage
from app.notifications.models import MailMessage
from app.payments.models import CheckoutAttempt, Dispute
from app.payments.stripe.reports import UNKNOWN_PAYMENT
from app.platform.database import utc_now
from tests.integration.payments.actors import (
    CheckoutEvent,
    Handle,
    LaterEvent,
    Payer,
    PostWebhook,
    Standin,
    Tell,
)


def phases(payer: Payer) -> list[str]:
    """What was recorded of the dispute."""
    told = [recorded for recorded in payer.told() if "disput" in recorded.type]
    return [
        one.data.outcome
        if one.type == "deposit.dispute_closed"
        else "inquiry"
        if one.data.is_inquiry
        else "disputed"
        for one in told
    ]


def test_a_dispute_is_told_to_staff_with_its_deadline_and_shown_until_it_is_closed(
    standin: Standin,
    paid: CheckoutAttempt,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    desk: FlaskClient,
    session: Session,
    change_settings: Any,
) -> None:
    change_settings(CHAT_WEBHOOK_URL="https://chat.example.com/hooks/1")
    standin.dispute(paid.stripe_session_id, "needs_response")
    post_webhook(*standin.next_webhook("charge.dispute.created"))
    handle_events()
    [mail] = session.scalars(select(MailMessage).where(MailMessage.template == "deposit_disputed"))
    assert mail.subject.startswith("Disputed: ") and "$5,000" in mail.subject
    assert "fraudulent" in mail.text and "Answer at Stripe by " in mail.text
    [line] = session.scalars(select(ChatMessage).where(ChatMessage.kind == "deposit_disputed"))
    assert "Answer at Stripe by " in line.text
    page = f"/staff/applications/{payer.application_id}"
    assert "The payment is disputed" in desk.get(page).text
    assert "Answer at Stripe by <time" in desk.get(page).text
    deposit = desk.get(f"/staff/engagements/{payer.engagement_id}/payment").text
    assert "$5,000 disputed; reason given: fraudulent" in deposit
    assert (payer.deposit().status, payer.engagement.status) == ("paid", "active")
    own = html.unescape(payer.browser.get(payer.own_page).text)
    assert "The card’s bank has questioned $5,000." in own

    standin.dispute(paid.stripe_session_id, "lost")
    post_webhook(*standin.next_webhook("charge.dispute.closed"))
    handle_events()
    assert phases(payer) == ["disputed", "lost"]
    assert "The payment is disputed" not in desk.get(page).text
    assert "Dispute of $5,000: Lost" in desk.get(page).text
    [mail] = session.scalars(select(MailMessage).where(MailMessage.template == "dispute_closed"))
    assert "the money has gone back to the card" in mail.text
    own = html.unescape(payer.browser.get(payer.own_page).text)
    assert "The bank has decided: $5,000 goes back to the card." in own


def test_after_an_erasure_staff_are_not_told_to_ask_the_client(
    paid: CheckoutAttempt,
    payer: Payer,
    dispute_event: LaterEvent,
    tell: Tell,
    session: Session,
    handle_events: Handle,
) -> None:
    erase_person(session, payer.application_id, actor="operator:ada")
    session.commit()
    handle_events()
    tell(dispute_event("created", paid))
    [mail] = session.scalars(select(MailMessage).where(MailMessage.template == "deposit_disputed"))
    assert "without an answer the bank decides for the client.\n" in mail.text
    assert "Ask the client" not in mail.text


def test_an_inquiry_takes_nothing_and_may_become_a_dispute(
    standin: Standin,
    paid: CheckoutAttempt,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
    session: Session,
    desk: FlaskClient,
) -> None:
    page = f"/staff/applications/{payer.application_id}"
    for status, kind in (("warning_needs_response", "created"), ("needs_response", "updated")):
        standin.dispute(paid.stripe_session_id, status)
        post_webhook(*standin.next_webhook(f"charge.dispute.{kind}"))
        handle_events()
        told = "asks about the payment" if kind == "created" else "The payment is disputed"
        assert told in desk.get(page).text
    assert phases(payer) == ["inquiry", "disputed"]
    mails = session.scalars(select(MailMessage).where(MailMessage.template == "deposit_disputed"))
    asks, disputed = sorted(mails, key=lambda mail: mail.created_at)
    assert "Nothing is taken back yet." in asks.text and asks.subject.startswith("Bank asks: ")
    assert "Nothing is taken back yet." not in disputed.text


@pytest.mark.parametrize("outcome", ["won", "lost", "warning_closed", "prevented"])
def test_each_end_of_a_dispute_is_final_for_what_stripe_said_earlier(
    paid: CheckoutAttempt,
    payer: Payer,
    dispute_event: LaterEvent,
    tell: Tell,
    session: Session,
    outcome: str,
) -> None:
    earlier = dispute_event("created", paid), dispute_event("updated", paid, status="under_review")
    closed = dispute_event("closed", paid, status=outcome)
    assert tell(closed) == f"The dispute is closed: {outcome}."
    for event in (*earlier, closed, *earlier):
        tell(event)
    assert phases(payer) == [outcome]
    templates = select(MailMessage.template).where(MailMessage.template.like("%dispute%"))
    assert session.scalars(templates).all() == ["dispute_closed"]


def test_a_dispute_that_was_lost_can_be_won_on_appeal(
    paid: CheckoutAttempt, payer: Payer, dispute_event: LaterEvent, tell: Tell
) -> None:
    tell(dispute_event("created", paid))
    tell(dispute_event("closed", paid, after=1))
    tell(dispute_event("updated", paid, status="appeal_needs_response", after=2))
    tell(dispute_event("closed", paid, status="won", after=3))
    assert phases(payer) == ["disputed", "lost", "disputed", "won"]


def test_an_answer_in_the_same_second_counts_whichever_is_told_first(
    paid: CheckoutAttempt, dispute_event: LaterEvent, tell: Tell, session: Session
) -> None:
    asked = dispute_event("created", paid)
    answered = {
        **dispute_event("updated", paid, status="under_review"),
        "created": asked["created"],
    }
    tell(asked)
    tell(answered)
    tell({**asked, "id": "evt_again"})
    assert session.scalars(select(Dispute.status)).all() == ["under_review"]


def test_another_amount_is_told_anew(
    paid: CheckoutAttempt, payer: Payer, dispute_event: LaterEvent, tell: Tell
) -> None:
    tell(dispute_event("created", paid))
    tell(dispute_event("updated", paid, after=1, amount=400_000))
    tell(dispute_event("updated", paid, after=2, amount=400_000, status="under_review"))
    assert [one.data.amount_cents for one in payer.told()[1:]] == [500_000, 400_000]


def test_a_deadline_that_moves_is_shown_and_not_told_anew(
    paid: CheckoutAttempt, payer: Payer, dispute_event: LaterEvent, tell: Tell, session: Session
) -> None:
    tell(dispute_event("created", paid))
    moved = dispute_event(
        "updated", paid, after=5, status="under_review", evidence_details={"due_by": None}
    )
    assert tell(moved) == "The dispute goes on: under_review."
    assert session.scalars(select(Dispute)).one().answer_by is None
    assert phases(payer) == ["disputed"]


def test_once_its_time_has_passed_nobody_is_told_to_answer(
    paid: CheckoutAttempt,
    payer: Payer,
    dispute_event: LaterEvent,
    tell: Tell,
    desk: FlaskClient,
    session: Session,
) -> None:
    tell(dispute_event("created", paid))
    session.execute(update(Dispute).values(answer_by=utc_now() - timedelta(days=1)))
    session.commit()
    for page in (
        f"/staff/applications/{payer.application_id}",
        f"/staff/engagements/{payer.engagement_id}/payment",
    ):
        shown = desk.get(page).text
        assert "The time to answer at Stripe ended <time" in shown
        assert "Answer at Stripe by <time" not in shown


def test_once_it_is_answered_staff_are_asked_for_no_answer(
    paid: CheckoutAttempt, payer: Payer, dispute_event: LaterEvent, tell: Tell, desk: FlaskClient
) -> None:
    page = f"/staff/applications/{payer.application_id}"
    tell(dispute_event("created", paid))
    assert "Answer at Stripe by <time" in desk.get(page).text
    tell(dispute_event("updated", paid, after=1, status="under_review"))
    assert "The payment is disputed" in desk.get(page).text
    assert "Answer at Stripe by <time" not in desk.get(page).text
    tell(dispute_event("updated", paid, after=2, status="needs_response"))
    assert "Answer at Stripe by <time" in desk.get(page).text


@pytest.mark.parametrize(
    "changed",
    [{"evidence_details": {"due_by": 0}}, {"status": "under_review"}],
)
def test_the_mail_asks_for_an_answer_only_if_one_can_be_given(
    paid: CheckoutAttempt,
    dispute_event: LaterEvent,
    tell: Tell,
    session: Session,
    changed: dict[str, Any],
) -> None:
    tell(dispute_event("created", paid, **changed))
    [mail] = session.scalars(select(MailMessage).where(MailMessage.template == "deposit_disputed"))
    assert "See it at Stripe, which names no day for an answer." in mail.text
    assert "without an answer" not in mail.text


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"amount": -1}, "Not a dispute as Stripe describes it"),
        ({"amount": 2**31}, "Not a dispute as Stripe describes it"),
        ({"currency": "USD"}, "Not a dispute as Stripe describes it"),
        ({"status": ""}, "Not a dispute as Stripe describes it"),
        ({"reason": None}, "Not a dispute as Stripe describes it"),
        ({"evidence_details": {"due_by": -5}}, "Not a dispute as Stripe describes it"),
        ({"evidence_details": "soon"}, "Not a dispute as Stripe describes it"),
        ({"livemode": True}, "Test mode and live mode differ"),
        ({"payment_intent": None}, UNKNOWN_PAYMENT),
        ({"payment_intent": "pi_of_another_site"}, UNKNOWN_PAYMENT),
    ],
)
def test_a_dispute_that_does_not_fit_changes_nothing_and_says_why(
    paid: CheckoutAttempt,
    payer: Payer,
    dispute_event: LaterEvent,
    tell: Tell,
    changed: dict[str, Any],
    reason: str,
) -> None:
    assert reason in tell(dispute_event("created", paid, **changed))
    assert phases(payer) == []
    assert tell(dispute_event("created", paid)) == "The payment is disputed."  # the control


def test_an_event_about_a_dispute_that_has_no_time_is_not_counted(
    paid: CheckoutAttempt, payer: Payer, dispute_event: LaterEvent, tell: Tell
) -> None:
    event = dispute_event("created", paid)
    del event["created"]
    assert "Not a dispute" in tell(event) and phases(payer) == []


def test_a_second_payment_that_the_bank_took_back_is_not_to_be_refunded_any_more(
    paid_twice: tuple[CheckoutAttempt, CheckoutAttempt],
    payer: Payer,
    dispute_event: LaterEvent,
    tell: Tell,
    desk: FlaskClient,
) -> None:
    _, extra = paid_twice
    page = f"/staff/applications/{payer.application_id}"
    tell(dispute_event("created", extra, status="warning_needs_response"))
    assert "Refund $5,000 at Stripe." in desk.get(page).text  # it ends the inquiry
    tell(dispute_event("updated", extra))
    assert "$5,000 of the second payment; reason given: product not rec" in desk.get(page).text
    assert "at Stripe. This notice goes" not in desk.get(page).text  # it would be paid twice
    tell(dispute_event("updated", extra, status="won", after=1))
    assert "Refund $5,000 at Stripe." in desk.get(page).text
    for number, dispute in enumerate(("du_1", "du_2"), 2):
        assert "paid twice: refund $5,000; done" not in desk.get(page).text
        tell(dispute_event("closed", extra, id=dispute, amount=250_000, after=number))
    assert "at Stripe. This notice goes" not in desk.get(page).text
    assert "Deposit paid twice: refund $5,000; done" in desk.get(page).text
    tell(dispute_event("updated", extra, status="appeal_needs_response", amount=250_000, after=4))
    assert "paid twice: refund $5,000; done" not in desk.get(page).text


def test_a_dispute_in_another_currency_is_not_subtracted_as_if_it_were_in_the_deposits(
    paid_twice: tuple[CheckoutAttempt, CheckoutAttempt],
    payer: Payer,
    dispute_event: LaterEvent,
    tell: Tell,
    desk: FlaskClient,
) -> None:
    page = f"/staff/applications/{payer.application_id}"
    abroad = {"amount": 470_000, "currency": "eur"}
    tell(dispute_event("created", paid_twice[1], **abroad))
    assert "€4,700 of the second payment" in desk.get(page).text
    assert "at Stripe. This notice goes" not in desk.get(page).text
    tell(dispute_event("closed", paid_twice[1], after=1, **abroad))
    assert "Deposit paid twice: refund $5,000; done" in desk.get(page).text


def test_a_dispute_of_one_payment_is_not_taken_for_one_of_another(
    agree: Callable[[], Payer],
    paid: CheckoutAttempt,
    checkout_event: CheckoutEvent,
    dispute_event: LaterEvent,
    refund_event: LaterEvent,
    tell: Tell,
) -> None:
    tell(dispute_event("created", paid))
    tell(refund_event("created", paid, status="pending"))
    other = agree()
    other.press_pay()
    [others] = other.attempts()
    tell(checkout_event("completed", others, payment_intent="pi_others"))
    [others] = other.attempts()
    assert "another payment" in tell(dispute_event("closed", others, after=1))
    assert "another payment" in tell(refund_event("updated", others))
    assert [told.type for told in other.told()] == ["deposit.paid"]
