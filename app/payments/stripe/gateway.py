"""Access to Stripe with our key: the `sdk` is loaded only when it is needed."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from app.payments.stripe.answers import PaymentUnavailable
from app.platform.settings import current_config

if TYPE_CHECKING:
    from app.payments.stripe.sdk import Gateway

# How long Stripe keeps its events: https://docs.stripe.com/api/events/list
KEPT: Final = timedelta(days=30)
DASHBOARD: Final = "https://dashboard.stripe.com"


def current_gateway() -> "Gateway":
    """The running app's gateway. Raises PaymentUnavailable if no key is set."""
    key = stripe_key()
    from app.payments.stripe.sdk import Gateway  # noqa: PLC0415

    return Gateway(key, current_config().STRIPE_API_BASE)


def stripe_key() -> str:
    """Our secret key. Raises PaymentUnavailable if none is set."""
    key = current_config().STRIPE_SECRET_KEY
    if not key:
        raise PaymentUnavailable("STRIPE_SECRET_KEY is not set.")
    return key


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
