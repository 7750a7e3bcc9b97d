"""What can happen to a deposit. Amounts are in cents."""

from typing import Literal

from app.events.types import Event, event

Method = Literal["stripe", "bank_transfer"]


@event("deposit.paid", version=1, stream="engagement")
class DepositPaid(Event, frozen=True):
    """The whole deposit has arrived."""

    application_id: str
    deposit_id: str
    amount_cents: int
    currency: str
    method: Method


@event("deposit.overpaid", version=1, stream="engagement")
class DepositOverpaid(Event, frozen=True):
    """A card payment arrived for a deposit that had been paid: it has to be refunded.
    ``attempt_id`` names that payment; the oldest events have none."""

    application_id: str
    deposit_id: str
    amount_cents: int
    currency: str
    attempt_id: str | None = None


@event("deposit.refunded", version=1, stream="engagement")
class DepositRefunded(Event, frozen=True):
    """Money of a payment goes back to the client: all of it, or a part. ``refunded_cents`` is what
    of that payment has been refunded so far. ``attempt_id`` names a payment by card."""

    application_id: str
    deposit_id: str
    refund_id: str
    amount_cents: int
    refunded_cents: int
    currency: str
    method: Method
    attempt_id: str | None = None
    is_extra: bool = False


@event("deposit.refund_failed", version=1, stream="engagement")
class DepositRefundFailed(Event, frozen=True):
    """A refund at Stripe did not reach the client, and the money is still there, or again.
    ``refunded_cents`` is what of that payment remains refunded."""

    application_id: str
    deposit_id: str
    refund_id: str
    amount_cents: int
    refunded_cents: int
    currency: str
    attempt_id: str
    is_extra: bool = False


@event("deposit.disputed", version=1, stream="engagement")
class DepositDisputed(Event, frozen=True):
    """The bank of the card takes the money back, or, if ``is_inquiry``, only asks about the
    payment so far. ``reason`` is Stripe's word; ``answer_by`` is a time in UTC."""

    application_id: str
    deposit_id: str
    dispute_id: str
    amount_cents: int
    currency: str
    reason: str
    attempt_id: str
    is_inquiry: bool = False
    answer_by: str | None = None
    is_extra: bool = False


@event("deposit.dispute_closed", version=1, stream="engagement")
class DepositDisputeClosed(Event, frozen=True):
    """The dispute is over. ``outcome`` is Stripe's word: after "lost" the money is gone; "won",
    "warning_closed" and "prevented" leave the payment as it was."""

    application_id: str
    deposit_id: str
    dispute_id: str
    amount_cents: int
    currency: str
    outcome: str
    attempt_id: str
    is_extra: bool = False


@event("stripe.event_received", version=1)
class StripeEventReceived(Event, frozen=True):
    """A verified event from Stripe was stored and waits to be handled. Each has its own stream:
    Stripe guarantees no order, and none is needed."""

    stripe_event_id: str
    stripe_type: str
