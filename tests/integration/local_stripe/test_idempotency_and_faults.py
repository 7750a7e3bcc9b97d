"""Idempotency keys and failures on demand: what a client that lost an answer may rely on."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from stripe.params.checkout import SessionCreateParams

ClientWith = Callable[..., stripe.StripeClient]
FailNext = Callable[..., None]
KEY: stripe.RequestOptions = {"idempotency_key": "the-key"}


def test_a_repeated_key_replays_the_first_answer(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    first = client.v1.checkout.sessions.create(checkout_params, KEY)
    again = client.v1.checkout.sessions.create(checkout_params, KEY)
    assert first.last_response is not None and again.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.to_dict() == first.to_dict()
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_a_key_used_for_something_else_is_refused(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    client.v1.checkout.sessions.create(checkout_params, KEY)
    changed: SessionCreateParams = {**checkout_params, "client_reference_id": "deposit-2"}
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.v1.checkout.sessions.create(changed, KEY)


def test_a_refused_parameter_does_not_use_up_the_key(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    wrong: SessionCreateParams = {**checkout_params, "success_url": "nowhere"}
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(wrong, KEY)
    assert client.v1.checkout.sessions.create(checkout_params, KEY).status == "open"


def test_twenty_threads_with_one_key_make_one_session(
    client_with: ClientWith, client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    together = threading.Barrier(20)

    def create(_: int) -> str | None:
        mine = client_with()
        together.wait()
        try:
            return mine.v1.checkout.sessions.create(checkout_params, KEY).id
        except stripe.APIError as conflict:
            assert conflict.http_status == 409
            return None

    with ThreadPoolExecutor(20) as threads:
        ids = {made for made in threads.map(create, range(20)) if made is not None}
    assert len(ids) == 1
    assert [one.id for one in client.v1.checkout.sessions.list()] == list(ids)


def test_a_request_whose_answer_was_dropped_took_effect_and_its_key_finds_it(
    client: stripe.StripeClient, checkout_params: SessionCreateParams, fail_next: FailNext
) -> None:
    fail_next("drop")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(checkout_params, KEY)
    [lost] = client.v1.checkout.sessions.list().data
    assert client.v1.checkout.sessions.create(checkout_params, KEY).id == lost.id


def test_the_sdk_repeats_a_dropped_request_with_the_same_key(
    client_with: ClientWith, checkout_params: SessionCreateParams, fail_next: FailNext
) -> None:
    fail_next("drop")
    client = client_with(retries=1)
    made = client.v1.checkout.sessions.create(checkout_params)
    assert [one.id for one in client.v1.checkout.sessions.list()] == [made.id]


def test_after_a_client_timed_out_the_same_key_finds_its_session(
    client_with: ClientWith, checkout_params: SessionCreateParams, fail_next: FailNext
) -> None:
    fail_next("timeout", seconds=2)
    client = client_with(timeout=0.3)
    with pytest.raises(stripe.APIConnectionError, match="timeout"):
        client.v1.checkout.sessions.create(checkout_params, KEY)
    [lost] = client.v1.checkout.sessions.list().data
    assert client.v1.checkout.sessions.create(checkout_params, KEY).id == lost.id


def test_a_server_error_is_replayed_for_the_same_key(
    client: stripe.StripeClient, checkout_params: SessionCreateParams, fail_next: FailNext
) -> None:
    fail_next("500")
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failure:
            client.v1.checkout.sessions.create(checkout_params, KEY)
        assert failure.value.http_status == 500
    assert client.v1.checkout.sessions.list().data == []
    assert client.v1.checkout.sessions.create(checkout_params).status == "open"


def test_a_rate_limit_refuses_and_leaves_the_key_usable(
    client: stripe.StripeClient, checkout_params: SessionCreateParams, fail_next: FailNext
) -> None:
    fail_next("429", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            client.v1.checkout.sessions.create(checkout_params, KEY)
    assert client.v1.checkout.sessions.create(checkout_params, KEY).status == "open"
