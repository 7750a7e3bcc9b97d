"""Access to Stripe: its possible answers, and `stripe_sdk`, loaded only when it is needed."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

import msgspec

from app.platform.settings import current_config

if TYPE_CHECKING:
    from app.payments.stripe_sdk import Gateway

CheckoutStatus = Literal["open", "complete", "expired", "unknown"]

# How long Stripe keeps its events: https://docs.stripe.com/api/events/list
KEPT: Final = timedelta(days=30)
DASHBOARD: Final = "https://dashboard.stripe.com"


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


def current_gateway() -> "Gateway":
    """The running app's gateway. Raises PaymentUnavailable if no key is set."""
    site = current_config()
    if not site.STRIPE_SECRET_KEY:
        raise PaymentUnavailable("STRIPE_SECRET_KEY is not set.")
    from app.payments.stripe_sdk import Gateway  # noqa: PLC0415

    return Gateway(site.STRIPE_SECRET_KEY, site.STRIPE_API_BASE)


def is_live_key(secret_key: str) -> bool:
    """Whether the key moves real money."""
    return "_live_" in secret_key


def payment_address(intent: str | None) -> str:
    """The page on which staff see and refund the payment at Stripe; "" without its id or a key."""
    site = current_config()
    if not intent or not site.STRIPE_SECRET_KEY:
        return ""
    mode = "" if is_live_key(site.STRIPE_SECRET_KEY) else "/test"
    return f"{site.STRIPE_API_BASE or DASHBOARD}{mode}/payments/{quote(intent, safe='')}"
