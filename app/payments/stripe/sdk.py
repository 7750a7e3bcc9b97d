"""The only module that calls Stripe, through its official SDK. Importing that takes a tenth of a
process's startup, so `gateway` imports this module only when it is needed."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import stripe
import structlog
from stripe._v1_services import V1Services
from stripe.checkout import Session
from stripe.params import EventListParams
from stripe.params.checkout import SessionCreateParams, SessionListParams

from app.circuits.guard import CircuitOpen, circuit
from app.payments.stripe.answers import (
    CheckoutPage,
    CheckoutRefused,
    CheckoutStatus,
    ForgedWebhook,
    PaymentUnavailable,
)
from app.platform.telemetry.spans import span

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0
NETWORK_RETRIES = 2
SIGNATURE_TOLERANCE_SECONDS = 300
IN_PROGRESS = 409
MISSING = "resource_missing"
PAGE = 100
CIRCUIT = "stripe"

log = structlog.get_logger()
# Below this level the SDK logs Stripe's answers, with what they quote from the request.
logging.getLogger("stripe").setLevel(logging.WARNING)


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Raise errors from Stripe that are not handled inside as PaymentUnavailable."""
    try:
        yield
    except stripe.StripeError as error:
        _note("stripe.unreachable", error)
        raise PaymentUnavailable from error


class Gateway:
    """Stripe's Checkout and events, with one secret key; ``api_base`` is for another server.

    Every method may take some seconds: call it with no transaction open. While Stripe's circuit is
    open, each raises PaymentUnavailable immediately.
    """

    def __init__(self, secret_key: str, api_base: str = "") -> None:
        self._secret_key = secret_key
        self._api_base = api_base or stripe.DEFAULT_API_BASE
        self._host = urlsplit(self._api_base).hostname or ""

    @as_unavailable()
    def open_checkout(self, request: dict[str, Any], key: str, *, since: int) -> CheckoutPage:
        """Request a payment page with an idempotency key: a repeat gets the same page.

        ``since`` is the Unix time in seconds of the key's first use. Raises CheckoutRefused, or
        PaymentUnavailable if only a repeat with the same key can tell what happened.
        """
        try:
            with self._api() as api:
                params = cast(SessionCreateParams, request)
                return _page_of(api.checkout.sessions.create(params, {"idempotency_key": key}))
        except stripe.InvalidRequestError as error:
            _note("stripe.checkout_refused", error)
            raise CheckoutRefused from error
        except (stripe.APIError, stripe.IdempotencyError) as error:
            _note("stripe.checkout_unclear", error)
            if error.http_status == IN_PROGRESS:
                raise PaymentUnavailable from error
        # Stripe replays a failure for its key, so look for the page itself.
        found = self._find_checkout(request["client_reference_id"], since)
        if found is None:
            raise CheckoutRefused
        return found

    @as_unavailable()
    def read_checkout(self, session_id: str) -> CheckoutStatus:
        """The page's status; "unknown" if Stripe has no such page. Raises PaymentUnavailable."""
        try:
            with self._api() as api:
                return cast(CheckoutStatus, api.checkout.sessions.retrieve(session_id).status)
        except stripe.InvalidRequestError as error:
            if error.code != MISSING:
                raise
            return "unknown"

    @as_unavailable()
    def read_intent(self, session_id: str) -> str | None:
        """Stripe's id of the payment on that page; None if there is none. Raises
        PaymentUnavailable."""
        try:
            with self._api() as api:
                intent = api.checkout.sessions.retrieve(session_id).payment_intent
        except stripe.InvalidRequestError as error:
            if error.code != MISSING:
                raise
            return None
        return intent if isinstance(intent, str) else None

    @as_unavailable()
    def expire_checkout(self, session_id: str) -> bool:
        """Close the page; return False if it was already closed, for example by a payment of which
        we have not heard yet. Raises PaymentUnavailable."""
        try:
            with self._api() as api:
                api.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError as error:
            _note("stripe.checkout_closed_before", error)
            return error.code == MISSING
        return True

    @as_unavailable()
    def read_events(self, types: Sequence[str], since: datetime, until: datetime) -> list[bytes]:
        """Stripe's events of these types from ``since`` to ``until``, oldest first, each as the
        body of its webhook. Raises PaymentUnavailable."""
        made = {"gte": int(since.timestamp()), "lte": int(until.timestamp())}
        wanted = cast(EventListParams, {"types": list(types), "created": made, "limit": PAGE})
        with self._api() as api:
            newest_first = list(api.events.list(wanted).auto_paging_iter())
        return [json.dumps(event.to_dict()).encode() for event in reversed(newest_first)]

    def _find_checkout(self, reference: str, since: int) -> CheckoutPage | None:
        # A minute of grace for clocks that differ.
        wanted: SessionListParams = {"created": {"gte": since - 60}, "status": "open"}
        with self._api() as api:
            for page in api.checkout.sessions.list(wanted).auto_paging_iter():
                if page.client_reference_id == reference:
                    return _page_of(page)
        return None

    @contextmanager
    def _api(self) -> Iterator[V1Services]:
        try:
            with (
                span("stripe", "client", {"server.address": self._host}),
                circuit(CIRCUIT, is_failure=is_outage),
                self._client() as client,
            ):
                yield client.v1
        except CircuitOpen as error:
            raise PaymentUnavailable("Stripe is left alone for a while.") from error

    @contextmanager
    def _client(self) -> Iterator[stripe.StripeClient]:
        with requests.Session() as http:
            # Payments never go through a proxy from the environment.
            http.trust_env = False
            yield stripe.StripeClient(
                self._secret_key,
                base_addresses={"api": self._api_base},
                max_network_retries=NETWORK_RETRIES,
                http_client=stripe.RequestsClient(
                    timeout=(CONNECT_SECONDS, ANSWER_SECONDS), session=http
                ),
            )


def is_outage(error: Exception) -> bool:
    """Whether any call would fail for now: Stripe can't be reached, is too slow, fails itself
    (5xx), or rejects the key."""
    if isinstance(error, stripe.APIError):
        return (error.http_status or 500) >= 500
    return isinstance(error, stripe.APIConnectionError | stripe.AuthenticationError)


def check_signature(body: bytes, header: str, secret: str) -> None:
    """Raise ForgedWebhook unless ``header`` is a recent signature of this body with ``secret``."""
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, SIGNATURE_TOLERANCE_SECONDS)
    # TypeError: a signature that isn't ASCII can't be compared.
    except (stripe.SignatureVerificationError, UnicodeDecodeError, TypeError) as error:
        raise ForgedWebhook from error


def _page_of(session: Session) -> CheckoutPage:
    return CheckoutPage(session_id=session.id, url=session.url or "")


def _note(event: str, error: stripe.StripeError) -> None:
    """Log the error without its message, which may quote an address."""
    log.warning(
        event,
        error=type(error).__name__,
        code=error.code,
        status=error.http_status,
        stripe_request=error.request_id,
    )
