"""A webhook that never came: Stripe is asked for the event."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.events.store import read_stream
from app.events.types import stream_of
from app.payments import reconciliation
from app.payments.deposits import Transfer
from app.payments.models import CheckoutAttempt, StripeEvent
from app.payments.reconciliation import GRACE, KEPT, fetch_missed_events
from app.payments.service import close_checkout, record_bank_payment
from app.payments.tasks import reconcile_payments
from app.platform.database import utc_now
from tests.integration.payments.actors import Handle, Payer, PostWebhook, Standin

Pass = Callable[[timedelta], None]


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Pass:
    """Let that much time pass for the check for late webhooks."""
    return lambda time: monkeypatch.setattr(reconciliation, "utc_now", lambda: utc_now() + time)


@pytest.fixture
def paid(standin: Standin, attempt: CheckoutAttempt) -> None:
    """The attempt has been paid at Stripe, and no webhook has told the site."""
    assert attempt.url
    standin.pay(attempt.url)


def stored(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(StripeEvent.id))) or 0


def test_a_payment_whose_webhook_never_came_is_found_and_counted_once(
    paid: None,
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
    paid: None,
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
    paid: None, session: Session
) -> None:
    reconcile_payments()
    assert stored(session) == 0


@pytest.mark.parametrize(("trouble", "times"), [("500", 1), ("drop", 3)])
def test_nothing_is_lost_while_stripe_fails_and_it_is_asked_again_later(
    paid: None, standin: Standin, session: Session, wait: Pass, trouble: str, times: int
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
    session.get_one(CheckoutAttempt, attempt.id).status = "complete"
    session.commit()
    wait(GRACE)
    fetch_missed_events(session)
