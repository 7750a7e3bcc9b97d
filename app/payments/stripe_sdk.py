"""The one place that speaks to Stripe, through its official SDK, which takes a tenth of a process's
start: `gateway` loads it where somebody pays."""

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
from app.payments.gateway import (
    CheckoutPage,
    CheckoutRefused,
    CheckoutStatus,
    ForgedWebhook,
    PaymentUnavailable,
)
from app.telemetry.spans import span

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0
NETWORK_RETRIES = 2
SIGNATURE_TOLERANCE_SECONDS = 300
IN_PROGRESS = 409
MISSING = "resource_missing"
PAGE = 100
CIRCUIT = "stripe"

log = structlog.get_logger()
# The SDK logs what Stripe says of a request at this level, with what it quotes from it.
logging.getLogger("stripe").setLevel(logging.WARNING)


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Whatever of Stripe's errors is not handled within is raised as PaymentUnavailable."""
    try:
        yield
    except stripe.StripeError as error:
        _note("stripe.unreachable", error)
        raise PaymentUnavailable from error


class Gateway:
    """Stripe's Checkout and events under one secret key; ``api_base`` points at another server.

    Every method may take some seconds: call it with no transaction open. While Stripe's circuit is
    open, each raises PaymentUnavailable at once.
    """

    def __init__(self, secret_key: str, api_base: str = "") -> None:
        self._secret_key = secret_key
        self._api_base = api_base or stripe.DEFAULT_API_BASE
        self._host = urlsplit(self._api_base).hostname or ""

    @property
    def is_live(self) -> bool:
        """The key moves real money."""
        return "_live_" in self._secret_key

    @as_unavailable()
    def open_checkout(self, request: dict[str, Any], key: str, *, since: int) -> CheckoutPage:
        """Ask for a payment page under an idempotency key: a repeat gets the same page.

        ``since`` is the Unix second of the key's first use. Raises CheckoutRefused, or
        PaymentUnavailable where only a repeat under the same key can tell what happened.
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
        # Stripe keeps a failure under its key and would answer it again: look for the page itself.
        found = self._find_checkout(request["client_reference_id"], since)
        if found is None:
            raise CheckoutRefused
        return found

    @as_unavailable()
    def read_checkout(self, session_id: str) -> CheckoutStatus:
        """How the page stands; unknown where this Stripe has none. Raises PaymentUnavailable."""
        try:
            with self._api() as api:
                return cast(CheckoutStatus, api.checkout.sessions.retrieve(session_id).status)
        except stripe.InvalidRequestError as error:
            if error.code != MISSING:
                raise
            return "unknown"

    @as_unavailable()
    def expire_checkout(self, session_id: str) -> bool:
        """Close the page; False where it was closed before, as by a payment that nobody has told of
        yet. Raises PaymentUnavailable."""
        try:
            with self._api() as api:
                api.checkout.sessions.expire(session_id)
        except stripe.InvalidRequestError as error:
            _note("stripe.checkout_closed_before", error)
            return error.code == MISSING
        return True

    @as_unavailable()
    def read_events(self, types: Sequence[str], since: datetime, until: datetime) -> list[bytes]:
        """Stripe's events of these types, made between the two, oldest first, each as the body of
        its webhook has it. Raises PaymentUnavailable."""
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
            # A proxy from the environment has no part in payments.
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
    """Whether no call can fare better for now: Stripe is not reached, too slow, failing by itself
    (5xx), or no longer takes the key."""
    if isinstance(error, stripe.APIError):
        return (error.http_status or 500) >= 500
    return isinstance(error, stripe.APIConnectionError | stripe.AuthenticationError)


def check_signature(body: bytes, header: str, secret: str) -> None:
    """Raises ForgedWebhook unless ``header`` signs this very body with ``secret``, recently."""
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
