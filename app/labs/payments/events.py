"""What happens at the bank."""

from app.events.types import Event, event


@event("payments.surge_started", version=1, stream="surge", is_exhibit=True)
class SurgeStarted(Event, frozen=True):
    """Many payments come in at once, when each step has so many consumers."""

    payments: int
    consumers: int


@event("payments.payment_requested", version=1, stream="account", is_exhibit=True)
class PaymentRequested(Event, frozen=True):
    """The holder of an account wants an amount to be paid."""

    payment: str
    amount_cents: int
