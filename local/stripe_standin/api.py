"""The part of Stripe's API that this project calls, under /v1."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from local.stripe_standin.connection import hang_up, hold_back
from local.stripe_standin.errors import (
    StripeFailure,
    key_missing,
    key_wrong,
    param_invalid,
    rate_limited,
    server_failed,
    url_unknown,
)
from local.stripe_standin.faults import Faults
from local.stripe_standin.form_encoding import decode_form
from local.stripe_standin.idempotency import IdempotencyKeys, SavedAnswer
from local.stripe_standin.params import (
    CreateCheckout,
    ListCheckouts,
    ListEvents,
    NoParams,
    read_params,
)
from local.stripe_standin.resources import Resource, list_page, new_resource_id
from local.stripe_standin.state import StripeState

SESSIONS = "/v1/checkout/sessions"
EVENTS = "/v1/events"
T = TypeVar("T")


def api_blueprint(  # noqa: C901 - a dozen routes of two lines each
    state: StripeState, faults: Faults, secret_key: str
) -> Blueprint:
    api = Blueprint("api", __name__)
    keys = IdempotencyKeys()

    @api.before_request
    def check_key() -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not given:
            raise key_missing()
        if given != secret_key:
            raise key_wrong(given)

    @api.post(SESSIONS)
    def create_session() -> Response:
        params = _read(CreateCheckout)
        return answer(lambda: state.create_checkout(params, request.host_url.rstrip("/")))

    @api.get(SESSIONS)
    def list_sessions() -> Response:
        params = _read(ListCheckouts)
        return answer(
            lambda: list_page(
                SESSIONS,
                *state.list_checkouts(
                    params, status=params.status, payment_intent=params.payment_intent
                ),
            )
        )

    @api.get(f"{SESSIONS}/<session_id>")
    def retrieve_session(session_id: str) -> Response:
        _read(NoParams)
        return answer(lambda: state.checkout(session_id))

    @api.post(f"{SESSIONS}/<session_id>/expire")
    def expire_session(session_id: str) -> Response:
        _read(NoParams)
        return answer(lambda: state.expire_checkout(session_id))

    @api.get("/v1/payment_intents/<intent_id>")
    def retrieve_payment_intent(intent_id: str) -> Response:
        _read(NoParams)
        return answer(lambda: state.payment_intent(intent_id))

    @api.get(EVENTS)
    def list_events() -> Response:
        params = _read(ListEvents)
        return answer(lambda: list_page(EVENTS, *state.list_events(params, type=params.type)))

    @api.get(f"{EVENTS}/<event_id>")
    def retrieve_event(event_id: str) -> Response:
        _read(NoParams)
        return answer(lambda: state.event(event_id))

    def answer(act: Callable[[], Resource]) -> Response:
        """Act once for each idempotency key, and go wrong where a fault was arranged."""
        mode, seconds = faults.take()
        if mode == "429":
            raise rate_limited()
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        with keys.held(key, _fingerprint()) as slot:
            replayed = slot.answer is not None
            if mode == "500":
                failure = server_failed()
                reply = SavedAnswer(failure.status, failure.body)
            else:
                reply = slot.answer or SavedAnswer(200, act())
            slot.answer = slot.answer or reply
        if mode == "timeout":
            hold_back(seconds)
        if mode == "drop":
            hang_up()
        return _reply(reply.status, reply.body, replayed=replayed)

    @api.errorhandler(StripeFailure)
    def refuse(failure: StripeFailure) -> Response:
        return _reply(failure.status, failure.body)

    return api


def unknown_address(_error: NotFound | MethodNotAllowed) -> Response:
    """What Stripe says of an address that it does not have."""
    failure = url_unknown(request.method, request.path)
    return _reply(failure.status, failure.body)


def _read(shape: type[T]) -> T:
    fields = request.form if request.method == "POST" else request.args
    try:
        given: dict[str, Any] = decode_form(fields.items(multi=True))
    except ValueError as error:
        raise param_invalid(str(error), f"Invalid parameter name: {error}") from None
    return read_params(given, shape)


def _fingerprint() -> str:
    return json.dumps([request.method, request.path, sorted(request.form.items(multi=True))])


def _reply(status: int, body: Resource, *, replayed: bool = False) -> Response:
    response = jsonify(body)
    response.status_code = status
    response.headers["Request-Id"] = new_resource_id("req")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    if status >= 500:
        response.headers["Stripe-Should-Retry"] = "false"
    return response
