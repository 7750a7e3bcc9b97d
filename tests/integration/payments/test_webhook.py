"""Stripe's webhooks: a genuine one is stored once, any other changes nothing, and none gets a
5xx."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.events.models import StoredEvent
from app.payments.models import StripeEvent
from app.web.security import MAX_BODY_BYTES
from local.stripe_standin.webhooks import signature_header
from tests.integration.payments.actors import Handle, PostWebhook

pytestmark = pytest.mark.usefixtures("standin")

EVENT = {"id": "evt_1", "object": "event", "type": "customer.created", "livemode": False}


def stored(session: Session) -> tuple[int, int]:
    """The number of Stripe's events stored, and of our events about them."""
    session.rollback()
    ours = select(func.count()).where(StoredEvent.type == "stripe.event_received")
    return session.scalar(select(func.count(StripeEvent.id))) or 0, session.scalar(ours) or 0


def test_a_genuine_event_is_stored_and_recorded(
    post_webhook: PostWebhook, session: Session
) -> None:
    assert post_webhook(EVENT).status_code == 200
    assert stored(session) == (1, 1)
    row = session.scalars(select(StripeEvent)).one()
    assert (row.stripe_event_id, row.type) == ("evt_1", "customer.created")
    assert row.outcome is None and row.handled_at is None


def test_a_repeated_webhook_gets_the_same_answer_and_is_stored_once(
    post_webhook: PostWebhook, session: Session
) -> None:
    assert [post_webhook(EVENT).status_code for _ in range(3)] == [200] * 3
    assert stored(session) == (1, 1)


def test_twenty_simultaneous_repeats_are_stored_once(
    post_webhook: PostWebhook, session: Session
) -> None:
    with ThreadPoolExecutor(20) as threads:
        codes = list(threads.map(lambda _: post_webhook(EVENT).status_code, range(20)))
    assert codes == [200] * 20
    assert stored(session) == (1, 1)


def test_an_event_of_a_type_the_site_ignores_is_noted_as_such(
    post_webhook: PostWebhook, session: Session, handle_events: Handle
) -> None:
    post_webhook(EVENT)
    handle_events()
    row = session.scalars(select(StripeEvent)).one()
    assert row.outcome == "Nothing follows from events of this type." and row.handled_at


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        "t=1,v1=abc",
        signature_header(b"another body", "whsec_of_the_tests", int(time.time())),
        "t=1,v1=\xe5",
    ],
    ids=["none", "nonsense", "old", "of another body", "not ASCII"],
)
def test_a_forged_event_is_refused_with_a_reason(
    post_webhook: PostWebhook, session: Session, signature: str
) -> None:
    answer = post_webhook(EVENT, signature)
    assert (answer.status_code, answer.text) == (
        400,
        "The signature does not match, or is too old.\n",
    )
    assert stored(session) == (0, 0)


@pytest.mark.parametrize(("age", "code"), [(290, 200), (310, 400)])
def test_an_event_signed_too_long_ago_is_refused(
    post_webhook: PostWebhook, age: int, code: int
) -> None:
    body = b'{"id": "evt_1", "type": "customer.created"}'
    signature = signature_header(body, "whsec_of_the_tests", int(time.time()) - age)
    assert post_webhook(body, signature).status_code == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'"evt_1"',
        b"null",
        b"{}",
        b'{"id": "evt_1"}',
        b'{"id": 1, "type": "a"}',
        b'{"id": "", "type": "a"}',
        b'{"id": "' + b"e" * 3000 + b'", "type": "a"}',
        b'{"id": "evt_1", "type": null}',
        b'{"id": "evt_\\u0000", "type": "a"}',
        b'{"id": "evt_1", "type": "a", "livemode": true, "data": {"object": {"id": "\\u0000",'
        b' "mode": "a", "payment_status": "a", "amount_total": 1, "currency": "a"}}}',
        b'{"id": "evt_1", "type": "a", "data": "\\ud800"}',
        b'{"id": "evt_1", "type": "a", "data": NaN}',
        b'{"id": "evt_1", "type": "a", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_signed_body_that_is_not_an_event_is_refused_with_a_reason(
    post_webhook: PostWebhook, session: Session, body: bytes
) -> None:
    answer = post_webhook(body)
    assert (answer.status_code, answer.text) == (400, "This is not an event that can be stored.\n")
    assert stored(session) == (0, 0)


def test_a_body_that_is_not_text_is_refused(post_webhook: PostWebhook, session: Session) -> None:
    assert post_webhook(b"\xff\xfe\x00").status_code == 400
    assert stored(session) == (0, 0)


def test_a_body_over_the_limit_is_too_large(post_webhook: PostWebhook) -> None:
    assert post_webhook(b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"object": None},
        {"object": {}},
        {"object": {"id": 7}},
        {"object": {"id": "cs_1", "mode": "payment", "amount_total": "many"}},
        {"object": {"id": "cs_1", "metadata": [1], "client_reference_id": {"a": 1}}},
    ],
)
def test_a_malformed_checkout_event_is_stored_and_changes_nothing(
    post_webhook: PostWebhook, session: Session, handle_events: Handle, data: Any
) -> None:
    event = {**EVENT, "type": "checkout.session.completed", "data": data}
    assert post_webhook(event).status_code == 200
    handle_events()
    row = session.scalars(select(StripeEvent)).one()
    assert row.outcome and row.outcome.startswith("Not a checkout session")


def test_a_get_request_is_not_taken_for_a_webhook(client: FlaskClient) -> None:
    assert client.get("/webhooks/stripe").status_code == 405
