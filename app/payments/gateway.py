"""The way to Stripe: `stripe_sdk`, loaded only where somebody pays."""

from typing import TYPE_CHECKING

from app.payments.outcomes import PaymentUnavailable
from app.settings import current_config

if TYPE_CHECKING:
    from app.payments.stripe_sdk import Gateway


def current_gateway() -> "Gateway":
    """The running app's gateway. Raises PaymentUnavailable where no key is set."""
    site = current_config()
    if not site.STRIPE_SECRET_KEY:
        raise PaymentUnavailable("STRIPE_SECRET_KEY is not set.")
    from app.payments.stripe_sdk import Gateway  # noqa: PLC0415

    return Gateway(site.STRIPE_SECRET_KEY, site.STRIPE_API_BASE)
