"""Stripe's stored reports, checked before anything follows from them."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.payments.attempts import get_attempt
from app.payments.deposits import lock_deposit
from app.payments.models import CheckoutAttempt, Deposit, StripeEvent
from app.payments.stripe.inbox import CheckoutEvent, DisputeEvent, RefundEvent

UNCHANGED = "Nothing to change: what is known is already further on."
UNKNOWN_PAYMENT = "The payment is not one that was counted here."
UNKNOWN_TYPE = "Nothing follows from events of this type."

AnyEvent = TypeVar("AnyEvent", CheckoutEvent, RefundEvent, DisputeEvent)


class NotCounted(Exception):
    """The event changes nothing; the message says why, for staff."""


@dataclass(frozen=True)
class CardPayment:
    """An attempt that was paid, and its deposit, both locked."""

    session: Session
    attempt: CheckoutAttempt
    deposit: Deposit


def read_report(
    stored: StripeEvent, shape: type[AnyEvent], what: str, *, is_live: bool
) -> AnyEvent:
    """The event as the ``shape`` of its type, which is about ``what``. Raises NotCounted if it is
    not that, or not in the mode of our key."""
    try:
        event = msgspec.convert(stored.payload, shape)
    except msgspec.ValidationError as incomplete:
        fault = stored.payload.get("fault", incomplete)
        raise NotCounted(f"Not {what} as Stripe describes it: {fault}.") from None
    if event.livemode is not is_live:
        raise NotCounted("Test mode and live mode differ between the event and our key.")
    return event


def payment_behind(session: Session, stored: StripeEvent, intent: str | None) -> CardPayment:
    """The payment with that id at Stripe. Raises NotCounted if we know of none. The report that it
    was paid may still be on its way, so `reconciliation` has such an event handled again."""
    paid = select(CheckoutAttempt).where(
        CheckoutAttempt.payment_intent == intent, CheckoutAttempt.status == "complete"
    )
    attempt = session.scalar(paid) if intent else None
    if attempt is None:
        raise NotCounted(UNKNOWN_PAYMENT)
    deposit = lock_deposit(session, Deposit.id == attempt.deposit_id)
    stored.deposit_id = deposit.id
    return CardPayment(session, get_attempt(session, attempt.id), deposit)
