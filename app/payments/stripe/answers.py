"""What becomes of a request to Stripe, and of a webhook that says it is from there."""

from typing import Literal

import msgspec

CheckoutStatus = Literal["open", "complete", "expired", "unknown"]


class PaymentUnavailable(Exception):
    """Card payment is not configured, or the outcome of the request to Stripe is unknown."""


class CheckoutRefused(PaymentUnavailable):
    """Stripe made no payment page for this key and never will; try another key."""


class ForgedWebhook(Exception):
    """The body was not signed by Stripe with our secret, or too long ago."""


class CheckoutPage(msgspec.Struct, frozen=True):
    """Stripe's payment page, open at the time of the request."""

    session_id: str
    url: str
