"""The API's answers: one per idempotency key, and a wrong one if a fault was arranged."""

import json
from collections.abc import Callable

from flask import Response, jsonify, request

from local.stripe_standin.connection import hang_up, hold_back
from local.stripe_standin.errors import rate_limited, server_failed
from local.stripe_standin.faults import Faults
from local.stripe_standin.idempotency import IdempotencyKeys, SavedAnswer
from local.stripe_standin.resources import Resource, new_resource_id


class Answering:
    """Thread-safe."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._keys = IdempotencyKeys()

    def answer(self, act: Callable[[], Resource]) -> Response:
        """Act, unless the request's key has an answer already. Raises StripeFailure."""
        mode, seconds = self._faults.take()
        if mode == "429":
            raise rate_limited()
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        with self._keys.held(key, _fingerprint()) as slot:
            replayed = slot.answer is not None
            if mode == "500":
                failure = server_failed()
                saved = SavedAnswer(failure.status, failure.body)
            else:
                saved = slot.answer or SavedAnswer(200, act())
            slot.answer = slot.answer or saved
        if mode == "timeout":
            hold_back(seconds)
        if mode == "drop":
            hang_up()
        return reply(saved.status, saved.body, replayed=replayed)


def reply(status: int, body: Resource, *, replayed: bool = False) -> Response:
    """The response, with the headers that Stripe sends."""
    response = jsonify(body)
    response.status_code = status
    response.headers["Request-Id"] = new_resource_id("req")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    if status >= 500:
        response.headers["Stripe-Should-Retry"] = "false"
    return response


def _fingerprint() -> str:
    return json.dumps([request.method, request.path, sorted(request.form.items(multi=True))])
