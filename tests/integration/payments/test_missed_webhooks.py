"""A webhook that never came: Stripe is asked for the event."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.events.models import StoredEvent
from app.events.store import read_stream
from app.events.types import stream_of
from app.payments.attempts import LIFETIME
from app.payments.deposits import Transfer
from app.payments.models import CheckoutAttempt, StripeEvent
from app.payments.service import close_checkout, record_bank_payment
from app.payments.stripe import reconciliation, settlement
from app.payments.stripe.gateway import KEPT
from app.payments.stripe.reconciliation import GRACE, fetch_missed_events, hear_again
from app.payments.stripe.sdk import Gateway
from app.payments.tasks import reconcile_payments
from app.platform.database import utc_now
from tests.integration.payments.actors import (
    Handle,
    LaterEvent,
    Pass,
    Payer,
    PostWebhook,
    Standin,
    Tell,
)


@pytest.fixture
def unheard(standin: Standin, attempt: CheckoutAttempt) -> None:
    """The attempt has been paid at Stripe, and no webhook has told the site."""
    assert attempt.url
    standin.pay(attempt.url)


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(StripeEvent.id))) or 0


def handled(session: Session) -> int:
    """How often an event from Stripe was given to be handled."""
    received = StoredEvent.type == "stripe.event_received"
    return session.scalar(select(func.count(StoredEvent.id)).where(received)) or 0


def test_a_payment_whose_webhook_never_came_is_found_and_counted_once(
    unheard: None,
    standin: Standin,
    payer: Payer,
    wait: Pass,
    handle_events: Handle,
    post_webhook: PostWebhook,
) -> None:
    wait(GRACE)
    reconcile_payments()
    handle_events()
    assert payer.deposit().status == "paid"

    body, signature = standin.next_webhook("checkout.session.completed")
    assert post_webhook(body, signature).status_code == 200
    reconcile_payments()
    handle_events()
    assert len(payer.payments()) == 1
    assert stored(payer.session) == 1


def test_a_card_payment_without_a_webhook_is_found_although_a_transfer_was_recorded(
    unheard: None,
    payer: Payer,
    ada: Staff,
    wait: Pass,
    handle_events: Handle,
) -> None:
    transfer = Transfer(ada.id, utc_now().date(), None)
    deposit = record_bank_payment(payer.session, payer.engagement, transfer)
    payer.session.commit()
    close_checkout(payer.session, deposit.id)
    wait(GRACE)
    reconcile_payments()
    handle_events()
    stream = read_stream(payer.session, stream_of("engagement", payer.engagement_id))
    assert [one.type for one in stream if one.type.startswith("deposit.")] == [
        "deposit.paid",
        "deposit.overpaid",
    ]


def test_a_new_page_can_be_opened_after_one_expired_without_a_webhook(
    standin: Standin, payer: Payer, attempt: CheckoutAttempt, wait: Pass, handle_events: Handle
) -> None:
    standin.expire(attempt.stripe_session_id)
    wait(GRACE)
    reconcile_payments()
    handle_events()
    assert [one.status for one in payer.attempts()] == ["expired"]


def test_stripe_is_not_asked_while_a_webhook_may_still_be_on_its_way(
    unheard: None, session: Session
) -> None:
    reconcile_payments()
    assert stored(session) == 0


@pytest.mark.parametrize(("trouble", "times"), [("500", 1), ("drop", 3)])
def test_nothing_is_lost_while_stripe_fails_and_it_is_asked_again_later(
    unheard: None, standin: Standin, session: Session, wait: Pass, trouble: str, times: int
) -> None:
    wait(GRACE)
    standin.fail(trouble, times)
    reconcile_payments()
    assert stored(session) == 0
    reconcile_payments()
    assert stored(session) == 1


def test_stripe_is_not_asked_when_no_payment_page_is_open(
    session: Session, attempt: CheckoutAttempt, wait: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        reconciliation, "current_gateway", lambda: pytest.fail("Stripe is asked for nothing")
    )
    wait(KEPT)
    fetch_missed_events(session)
    mine = session.get_one(CheckoutAttempt, attempt.id)
    mine.status, mine.stripe_session_id, mine.url = "opening", None, None
    session.commit()
    wait(LIFETIME)
    fetch_missed_events(session)
    session.get_one(CheckoutAttempt, attempt.id).status = "expired"
    session.commit()
    wait(GRACE)
    fetch_missed_events(session)


def test_a_refund_and_a_dispute_whose_webhooks_never_came_are_found_and_counted_once(
    paid: CheckoutAttempt,
    standin: Standin,
    payer: Payer,
    wait: Pass,
    handle_events: Handle,
    post_webhook: PostWebhook,
) -> None:
    standin.refund(paid.stripe_session_id, "1000")
    standin.dispute(paid.stripe_session_id, "needs_response")
    wait(GRACE)
    reconcile_payments()
    handle_events()
    told = [one.type for one in payer.told()]
    assert told == ["deposit.paid", "deposit.refunded", "deposit.disputed"]

    assert post_webhook(*standin.next_webhook("refund.created")).status_code == 200
    reconcile_payments()
    handle_events()
    assert [one.type for one in payer.told()] == told


def test_a_refund_that_came_before_its_payment_is_counted_after_it(
    unheard: None,
    standin: Standin,
    payer: Payer,
    wait: Pass,
    handle_events: Handle,
    post_webhook: PostWebhook,
) -> None:
    [attempt] = payer.attempts()
    standin.refund(attempt.stripe_session_id, "5000")
    post_webhook(*standin.next_webhook("refund.created"))
    handle_events()
    reconcile_payments()
    handle_events()
    assert payer.told() == []  # the payment's webhook may still be on its way
    wait(GRACE)
    for _ in range(3):
        reconcile_payments()
        handle_events()
    assert [one.type for one in payer.told()] == ["deposit.paid", "deposit.refunded"]
    reports = payer.session.scalars(select(StripeEvent).where(StripeEvent.type.like("refund%")))
    assert [report.outcome for report in reports] == ["The refund is made."]
    assert handled(payer.session) == 3  # the refund, the payment, and the refund again


def test_for_a_payment_of_an_older_release_stripe_is_asked_for_its_id(
    paid: CheckoutAttempt,
    standin: Standin,
    payer: Payer,
    handle_events: Handle,
    post_webhook: PostWebhook,
) -> None:
    intent, paid.payment_intent = paid.payment_intent, None
    payer.session.commit()
    standin.refund(paid.stripe_session_id, "5000")
    post_webhook(*standin.next_webhook("refund.created"))
    handle_events()
    assert [one.type for one in payer.told()] == ["deposit.paid"]
    standin.fail("500", times=2)  # for the list of events, and for the payment's id
    reconcile_payments()
    handle_events()
    assert [one.type for one in payer.told()] == ["deposit.paid"]
    reconcile_payments()
    handle_events()
    assert [one.type for one in payer.told()] == ["deposit.paid", "deposit.refunded"]
    assert payer.attempts()[0].payment_intent == intent


def test_for_a_refund_that_names_no_payment_stripe_is_asked_for_none(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(refund_event("created", paid, payment_intent=None))
    paid.payment_intent = None
    payer.session.commit()
    monkeypatch.setattr(Gateway, "read_intent", lambda *_: pytest.fail("Stripe is asked"))
    hear_again(payer.session)


def test_each_pass_asks_about_some_payments_of_an_older_release_and_all_have_their_turn(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(refund_event("created", paid, payment_intent="pi_of_another_site"))
    paid.payment_intent = None
    for number in range(4):
        lost = f"cs_{number}"
        payer.session.add(
            CheckoutAttempt(
                deposit_id=paid.deposit_id,
                idempotency_key=lost,
                request={},
                status="complete",
                stripe_session_id=lost,
                expires_at=utc_now(),
            )
        )
    payer.session.commit()
    asked: list[str] = []
    monkeypatch.setattr(Gateway, "read_intent", lambda _, page: asked.append(page))
    monkeypatch.setattr(reconciliation, "ASKED_AT_ONCE", 2)
    for passes in range(1, 100):
        hear_again(payer.session)
        assert len(asked) == 2 * passes
        if len(set(asked)) == 5:
            return
    pytest.fail("some are never asked about")


def test_what_an_older_worker_passed_over_during_the_upgrade_is_handled_after_it(
    paid: CheckoutAttempt,
    payer: Payer,
    refund_event: LaterEvent,
    dispute_event: LaterEvent,
    post_webhook: PostWebhook,
    handle_events: Handle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as older:
        older.setattr(settlement, "REFUNDS", ())
        older.setattr(settlement, "DISPUTES", ())
        for event in (refund_event("created", paid, amount=1_000), dispute_event("created", paid)):
            post_webhook(event)
        handle_events()
    assert [one.type for one in payer.told()] == ["deposit.paid"]
    for _ in range(2):
        reconcile_payments()
        handle_events()
    told = sorted(one.type for one in payer.told())
    assert told == ["deposit.disputed", "deposit.paid", "deposit.refunded"]


def test_refunds_of_another_site_on_the_account_are_left_alone(
    paid: CheckoutAttempt, payer: Payer, refund_event: LaterEvent, tell: Tell
) -> None:
    tell(refund_event("created", paid, payment_intent="pi_of_another_site"))
    for _ in range(2):
        reconcile_payments()
    assert handled(payer.session) == 2  # the payment, and that refund, once each
