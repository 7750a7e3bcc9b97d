"""Each of the stand-in's answers has the shape of Stripe's own fixtures.

Every key is one that Stripe has, with a compatible JSON type; every key that Stripe's fixture fills
is there, and is null only where the SDK's types say that Stripe may leave it so. The fixtures are
five resources of fixtures3.json in Stripe's repository `openapi` (MIT License).
"""

import json
from pathlib import Path
from typing import Any, get_args

import requests
import stripe
from stripe.params.checkout import SessionCreateParams

from local.stripe_standin.params import (
    AdaptivePricing,
    CreateCheckout,
    LineItem,
    PriceData,
    ProductData,
)

FIXTURES = json.loads(Path(__file__).with_name("stripe_fixtures.json").read_text())
TYPED = {
    "checkout.session": stripe.checkout.Session,
    "payment_intent": stripe.PaymentIntent,
    "refund": stripe.Refund,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
}
# Here the fixture fills one key of several; the SDK's type has the others.
ABRIDGED = {"payment_intent.last_payment_error": stripe.PaymentIntent.LastPaymentError}


def faults_in(answer: Any, fixture: Any, place: str) -> list[str]:
    """Everything in ``answer`` that Stripe's fixture lacks or has with a different type."""
    if answer is None or fixture is None:
        return []
    if isinstance(answer, bool) or not isinstance(answer, type(fixture)):
        same = type(answer) is type(fixture)
        return [] if same else [f"{place} is {type(answer).__name__}"]
    if isinstance(answer, list):
        pairs = [(one, fixture[0]) for one in answer] if fixture else []
        return [fault for one, kind in pairs for fault in faults_in(one, kind, f"{place}[]")]
    if not isinstance(answer, dict) or place.endswith("metadata"):
        return []
    typed = ABRIDGED[place].__annotations__ if place in ABRIDGED else {}
    unknown = [
        f"{place}.{key} is not Stripe's" for key in answer if key not in {**fixture, **typed}
    ]
    known = [key for key in answer if key in fixture]
    return unknown + [
        fault for key in known for fault in faults_in(answer[key], fixture[key], f"{place}.{key}")
    ]


def may_be_null(kind: str, key: str) -> bool:
    annotation = TYPED[kind].__annotations__.get(key)
    return annotation is None or type(None) in get_args(annotation)


def check(answer: dict[str, Any]) -> None:
    kind = answer["object"]
    fixture = FIXTURES[kind]
    if kind == "event":
        # The fixture's event is about a different resource; ours is checked separately.
        check(answer["data"]["object"])
        answer = {**answer, "data": {"object": {}}}
        fixture = {**fixture, "data": {"object": {}}}
    assert faults_in(answer, fixture, kind) == []
    for key, value in fixture.items():
        if value is not None:
            assert key in answer, f"{kind}.{key} is missing"
        if answer.get(key) is None:
            assert may_be_null(kind, key), f"{kind}.{key} may not be null"


def raw(resource: stripe.StripeObject) -> dict[str, Any]:
    assert resource.last_response is not None
    body: dict[str, Any] = json.loads(resource.last_response.body)
    return body


def test_the_check_itself_notices_a_wrong_shape() -> None:
    fixture = {"a": 1, "b": {"c": "x"}, "d": [{"e": True}]}
    assert faults_in({"a": "1"}, fixture, "r") == ["r.a is str"]
    assert faults_in({"b": {"z": 1}}, fixture, "r") == ["r.b.z is not Stripe's"]
    assert faults_in({"d": [{"e": 1}]}, fixture, "r") == ["r.d[].e is int"]
    assert not may_be_null("checkout.session", "expires_at")
    assert may_be_null("checkout.session", "url")


def test_open_declined_paid_and_expired_sessions_have_stripes_shape(
    client: stripe.StripeClient, checkout_params: SessionCreateParams
) -> None:
    sessions = client.v1.checkout.sessions
    made = sessions.create(checkout_params)
    check(raw(made))
    requests.post(f"{made.url}/decline", allow_redirects=False, timeout=15)
    declined = sessions.retrieve(made.id)
    check(raw(declined))
    check(raw(client.v1.payment_intents.retrieve(str(declined.payment_intent))))
    requests.post(f"{made.url}/pay", allow_redirects=False, timeout=15)
    check(raw(sessions.retrieve(made.id)))
    check(raw(client.v1.payment_intents.retrieve(str(declined.payment_intent))))
    requests.post(f"{made.url}/refund", data={"amount": "5"}, timeout=15)
    requests.post(f"{made.url}/dispute", data={"status": "needs_response"}, timeout=15)
    check(raw(sessions.expire(sessions.create(checkout_params).id)))
    for one in raw(sessions.list())["data"]:
        check(one)
    events = raw(client.v1.events.list())["data"]
    assert {event["type"] for event in events} == {
        "charge.dispute.created",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "refund.created",
    }
    for event in events:
        check(event)


def test_the_standin_takes_only_parameters_that_stripe_takes() -> None:
    pairs = {
        CreateCheckout: "SessionCreateParams",
        LineItem: "SessionCreateParamsLineItem",
        PriceData: "SessionCreateParamsLineItemPriceData",
        ProductData: "SessionCreateParamsLineItemPriceDataProductData",
        AdaptivePricing: "SessionCreateParamsAdaptivePricing",
    }
    for ours, theirs in pairs.items():
        accepted = getattr(stripe.params.checkout, theirs).__annotations__
        assert set(ours.__struct_fields__) <= set(accepted), theirs
