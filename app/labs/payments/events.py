"""What happens at the bank."""

from app.events.types import Event, event


@event("payments.payment_requested", version=1, stream="account", is_exhibit=True)
class PaymentRequested(Event, frozen=True):
    """The holder of an account wants an amount to be paid."""

    payment: str
    amount_cents: int
