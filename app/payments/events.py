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
    """A card payment arrived for a deposit that had been paid: it has to be refunded."""

    application_id: str
    deposit_id: str
    amount_cents: int
    currency: str


@event("stripe.event_received", version=1)
class StripeEventReceived(Event, frozen=True):
    """A verified event from Stripe was stored and waits to be handled. Each has its own stream:
    Stripe guarantees no order, and none is needed."""

    stripe_event_id: str
    stripe_type: str
