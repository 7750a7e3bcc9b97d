"""The stand-in's API, driven by the official SDK."""

from collections.abc import Callable

import pytest
import stripe
from stripe.params.checkout import SessionCreateParams

ClientWith = Callable[..., stripe.StripeClient]


def test_a_created_session_can_be_retrieved_and_listed(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    made = client.v1.checkout.sessions.create(checkout_params)
    assert made.status == "open" and made.payment_status == "unpaid"
    assert made.amount_total == 300_000 and made.currency == "usd"
    assert made.client_reference_id == "deposit-1" and made.livemode is False
    assert client.v1.checkout.sessions.retrieve(made.id).to_dict() == made.to_dict()
    assert [one.id for one in client.v1.checkout.sessions.list()] == [made.id]


def test_a_list_is_paged_newest_first(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    ids = [client.v1.checkout.sessions.create(checkout_params).id for _ in range(5)]
    pages = client.v1.checkout.sessions.list({"limit": 2})
    assert [one.id for one in pages.data] == ids[:2:-1] and pages.has_more
    assert [one.id for one in pages.auto_paging_iter()] == ids[::-1]


def test_a_list_can_be_narrowed_by_time_and_status(
    client: stripe.StripeClient,
    checkout_params: SessionCreateParams,
    advance_clock: Callable[[int], None],
) -> None:
    early = client.v1.checkout.sessions.create(checkout_params)
    client.v1.checkout.sessions.expire(early.id)
    advance_clock(600)
    late = client.v1.checkout.sessions.create(checkout_params)
    since = client.v1.checkout.sessions.list({"created": {"gte": late.created}})
    assert [one.id for one in since] == [late.id]
    expired = client.v1.checkout.sessions.list({"status": "expired"})
    assert [one.id for one in expired] == [early.id]


@pytest.mark.parametrize("key", ["sk_test_someone_else", "sk_live_real"])
def test_a_wrong_key_is_refused(client_with: ClientWith, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        client_with(key).v1.checkout.sessions.list()


def test_an_unknown_session_is_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve("cs_test_nowhere")
    assert refusal.value.http_status == 404 and refusal.value.code == "resource_missing"


def test_a_call_that_the_standin_does_not_support_says_so(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.v1.customers.list()


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"mode": "subscription"}, "mode", None),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"expires_at": 1}, "expires_at", None),
        ({"metadata": {"k": "v" * 501}}, "metadata", None),
        (
            {"line_items": [{"price_data": {"currency": "usd", "unit_amount": 9900}}]},
            "line_items[0][price_data][product_data]",
            "parameter_missing",
        ),
        (
            {
                "line_items": [
                    {
                        "price_data": {
                            "currency": "usd",
                            "unit_amount": "many",
                            "product_data": {"name": "x"},
                        }
                    }
                ]
            },
            "line_items[0][price_data][unit_amount]",
            "parameter_invalid_integer",
        ),
    ],
)
def test_a_wrong_parameter_is_named(
    client: stripe.StripeClient,
    checkout_params: SessionCreateParams,
    change: SessionCreateParams,
    param: str,
    code: str | None,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create({**checkout_params, **change})
    assert refusal.value.http_status == 400
    assert refusal.value.param == param and refusal.value.code == code
    assert client.v1.checkout.sessions.list().data == []


def test_an_expired_session_cannot_be_expired_again(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    made = client.v1.checkout.sessions.create(checkout_params)
    expired = client.v1.checkout.sessions.expire(made.id)
    assert expired.status == "expired" and expired.url is None
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(made.id)


def test_a_session_expires_at_its_time(
    client: stripe.StripeClient,
    checkout_params: SessionCreateParams,
    advance_clock: Callable[[int], None],
) -> None:
    made = client.v1.checkout.sessions.create(checkout_params)
    advance_clock(24 * 3600)
    assert client.v1.checkout.sessions.retrieve(made.id).status == "expired"
    assert [event.type for event in client.v1.events.list()] == ["checkout.session.expired"]
