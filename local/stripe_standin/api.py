"""The part of Stripe's API that this project calls, under /v1."""

from collections.abc import Sequence
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from local.stripe_standin.answering import Answering, reply
from local.stripe_standin.errors import (
    StripeFailure,
    key_missing,
    key_wrong,
    param_invalid,
    url_unknown,
)
from local.stripe_standin.faults import Faults
from local.stripe_standin.form_encoding import decode_form
from local.stripe_standin.params import (
    CreateCheckout,
    ListCheckouts,
    ListEvents,
    NoParams,
    read_params,
)
from local.stripe_standin.resources import list_page
from local.stripe_standin.state import StripeState

SESSIONS = "/v1/checkout/sessions"
EVENTS = "/v1/events"
T = TypeVar("T")


def api_blueprint(state: StripeState, faults: Faults, secret_key: str) -> Blueprint:
    api = Blueprint("api", __name__)
    answering = Answering(faults)
    _add_payments(api, state, answering)
    _add_events(api, state, answering)

    @api.before_request
    def check_key() -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not given:
            raise key_missing()
        if given != secret_key:
            raise key_wrong(given)

    @api.errorhandler(StripeFailure)
    def refuse(failure: StripeFailure) -> Response:
        return reply(failure.status, failure.body)

    return api


def _add_payments(api: Blueprint, state: StripeState, answering: Answering) -> None:
    @api.post(SESSIONS)
    def create_session() -> Response:
        params = _read(CreateCheckout)
        pages = request.host_url.rstrip("/")
        return answering.answer(lambda: state.create_checkout(params, pages))

    @api.get(SESSIONS)
    def list_sessions() -> Response:
        params = _read(ListCheckouts)
        status, intent = [params.status], [params.payment_intent]
        return answering.answer(
            lambda: list_page(
                SESSIONS, *state.list_checkouts(params, status=status, payment_intent=intent)
            )
        )

    @api.get(f"{SESSIONS}/<session_id>")
    def retrieve_session(session_id: str) -> Response:
        _read(NoParams)
        return answering.answer(lambda: state.checkout(session_id))

    @api.post(f"{SESSIONS}/<session_id>/expire")
    def expire_session(session_id: str) -> Response:
        _read(NoParams)
        return answering.answer(lambda: state.expire_checkout(session_id))

    @api.get("/v1/payment_intents/<intent_id>")
    def retrieve_payment_intent(intent_id: str) -> Response:
        _read(NoParams)
        return answering.answer(lambda: state.payment_intent(intent_id))


def _add_events(api: Blueprint, state: StripeState, answering: Answering) -> None:
    @api.get(EVENTS)
    def list_events() -> Response:
        params = _read(ListEvents)
        types: Sequence[str | None] = params.types or [params.type]
        return answering.answer(lambda: list_page(EVENTS, *state.list_events(params, type=types)))

    @api.get(f"{EVENTS}/<event_id>")
    def retrieve_event(event_id: str) -> Response:
        _read(NoParams)
        return answering.answer(lambda: state.event(event_id))


def unknown_address(_error: NotFound | MethodNotAllowed) -> Response:
    """What Stripe answers at an address that it does not have."""
    failure = url_unknown(request.method, request.path)
    return reply(failure.status, failure.body)


def _read(shape: type[T]) -> T:
    fields = request.form if request.method == "POST" else request.args
    try:
        given: dict[str, Any] = decode_form(fields.items(multi=True))
    except ValueError as error:
        raise param_invalid(str(error), f"Invalid parameter name: {error}") from None
    return read_params(given, shape)
