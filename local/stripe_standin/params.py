"""The parameters that the stand-in knows, and Stripe's way of refusing others."""

import re
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from local.stripe_standin.errors import StripeFailure, param_invalid

SMALLEST_CHARGE_CENTS = 50
SHORTEST_LIFE = 30 * 60
LONGEST_LIFE = 24 * 60 * 60

Text = Annotated[str, Meta(min_length=1, max_length=5000)]
Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=40)], Annotated[str, Meta(max_length=500)]],
    Meta(max_length=50),
]
T = TypeVar("T")


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ProductData(Params, frozen=True, kw_only=True):
    name: Text
    description: Text | None = None
    metadata: Metadata = {}


class PriceData(Params, frozen=True, kw_only=True):
    currency: Annotated[str, Meta(pattern="^[A-Za-z]{3}$")]
    unit_amount: Annotated[int, Meta(ge=0, le=99_999_999)]
    product_data: ProductData


class LineItem(Params, frozen=True, kw_only=True):
    price_data: PriceData
    quantity: Annotated[int, Meta(ge=1)] = 1


class PaymentIntentData(Params, frozen=True, kw_only=True):
    description: Text | None = None
    metadata: Metadata = {}


class AdaptivePricing(Params, frozen=True, kw_only=True):
    enabled: bool


class CreateCheckout(Params, frozen=True, kw_only=True):
    """POST /v1/checkout/sessions. ``expires_at`` is in Unix seconds, amounts are in cents."""

    mode: Literal["payment"]
    line_items: Annotated[list[LineItem], Meta(min_length=1, max_length=100)]
    success_url: Text
    cancel_url: Text | None = None
    client_reference_id: Annotated[str, Meta(max_length=200)] | None = None
    customer_email: Annotated[str, Meta(pattern="^[^@ ]+@[^@ ]+$", max_length=800)] | None = None
    expires_at: int | None = None
    metadata: Metadata = {}
    payment_intent_data: PaymentIntentData = PaymentIntentData()
    # As in an account that has it in its settings.
    adaptive_pricing: AdaptivePricing = AdaptivePricing(enabled=True)
    submit_type: Literal["auto", "book", "donate", "pay", "subscribe"] | None = None
    expand: list[str] = []

    @property
    def currency(self) -> str:
        return self.line_items[0].price_data.currency.lower()

    @property
    def amount(self) -> int:
        return sum(item.price_data.unit_amount * item.quantity for item in self.line_items)


class CreatedRange(Params, frozen=True, kw_only=True):
    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None


class ListCheckouts(Params, frozen=True, kw_only=True):
    created: CreatedRange = CreatedRange()
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    starting_after: str | None = None
    status: Literal["open", "complete", "expired"] | None = None
    payment_intent: str | None = None


class ListEvents(Params, frozen=True, kw_only=True):
    created: CreatedRange = CreatedRange()
    limit: Annotated[int, Meta(ge=1, le=100)] = 10
    starting_after: str | None = None
    type: str | None = None
    types: Annotated[list[str], Meta(max_length=20)] | None = None


class NoParams(Params, frozen=True, kw_only=True):
    expand: list[str] = []


def read_params(given: dict[str, Any], shape: type[T]) -> T:
    """``given`` as a ``shape``. Raises StripeFailure (400), in Stripe's words, for a fault."""
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None


def check_checkout(params: CreateCheckout, now: int) -> None:
    """The rules that a shape cannot hold. Raises StripeFailure (400)."""
    for name, url in (("success_url", params.success_url), ("cancel_url", params.cancel_url)):
        if url is not None and (urlsplit(url).scheme not in {"http", "https"} or " " in url):
            raise param_invalid(name, "Not a valid URL", "url_invalid")
    if any(i.price_data.currency.lower() != params.currency for i in params.line_items):
        raise param_invalid("line_items", "All line items must have the same currency.")
    if params.amount < SMALLEST_CHARGE_CENTS:
        raise StripeFailure(
            400,
            "The Checkout Session's total amount due must add up to at least"
            f" ${SMALLEST_CHARGE_CENTS / 100:.2f} {params.currency}",
            code="amount_too_small",
        )
    life = LONGEST_LIFE if params.expires_at is None else params.expires_at - now
    if life < SHORTEST_LIFE:
        raise param_invalid(
            "expires_at",
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
            " creation.",
        )
    if life > LONGEST_LIFE:
        raise param_invalid(
            "expires_at",
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
        )


def _refusal(sentence: str) -> StripeFailure:
    """A msgspec sentence, ``what - at `$.place` ``, as the error that Stripe would answer."""
    reason, _, place = sentence.partition(" - at ")
    path = [name for name in re.split(r"[.\[\]$`]+", place) if name]
    named = re.search(r"(unknown|required) field `([^`]+)`", reason)
    if named is None:
        param = _spelled(path)
        if reason.startswith("Expected `int`"):
            return param_invalid(param, f"Invalid integer: {param}", "parameter_invalid_integer")
        return param_invalid(param, f"Invalid {param}: {reason}.")
    param = _spelled([*path, named[2]])
    if named[1] == "unknown":
        return param_invalid(param, f"Received unknown parameter: {param}", "parameter_unknown")
    return param_invalid(param, f"Missing required param: {param}.", "parameter_missing")


def _spelled(path: list[str]) -> str:
    head, *rest = path or ["request"]
    return head + "".join(f"[{part}]" for part in rest)
