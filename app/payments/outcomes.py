"""What may come of asking Stripe for something."""

from typing import Literal

import msgspec

CheckoutStatus = Literal["open", "complete", "expired", "unknown"]


class PaymentUnavailable(Exception):
    """Card payment is not set up, or it is not known what Stripe made of the request."""


class CheckoutRefused(PaymentUnavailable):
    """Stripe made no payment page under this key and never will; another key may be tried."""


class ForgedWebhook(Exception):
    """The body was not signed by Stripe with our secret, or too long ago."""


class CheckoutPage(msgspec.Struct, frozen=True):
    """Stripe's payment page, open when it was asked for."""

    session_id: str
    url: str
