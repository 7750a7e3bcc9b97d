"""A client who has agreed, and a stand-in Stripe whose webhooks arrive when the test says so."""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from app.engagements.models import Engagement
from app.engagements.pricing import quote_engagement
from app.engagements.rate_card import current_rate_card
from app.engagements.service import accept_terms, offer_terms
from app.firm.offers import Kind
from app.payments.models import CheckoutAttempt, StripeEvent
from app.payments.stripe import reconciliation
from app.platform.database import utc_now
from local.stripe_standin.app import create_standin
from local.stripe_standin.serving import standin_server
from local.stripe_standin.webhooks import signature_header
from tests.demo_applications import STRONG
from tests.integration.local_stripe.conftest import WEBHOOK_SECRET, serving
from tests.integration.payments.actors import (
    SECRET_KEY,
    CheckoutEvent,
    Events,
    Handle,
    Hear,
    LaterEvent,
    Pass,
    Payer,
    PostWebhook,
    Standin,
    Tell,
)
from tests.submitted import submit_answers


@pytest.fixture
def standin(change_settings: Callable[..., None]) -> Iterator[Standin]:
    """A fresh stand-in, and the site set up to use it."""
    standin = Standin()
    receiver = Flask("receiver")

    @receiver.post("/hook")
    def hook() -> str:
        standin.webhooks.put((request.get_data(), request.headers["Stripe-Signature"]))
        return ""

    with serving(make_server("127.0.0.1", 0, receiver, threaded=True)) as hooks:
        stripe = create_standin(
            secret_key=SECRET_KEY, webhook_url=f"{hooks}/hook", webhook_secret=WEBHOOK_SECRET
        )
        with serving(standin_server(stripe, 0)) as standin.url:
            change_settings(
                STRIPE_SECRET_KEY=SECRET_KEY,
                STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
                STRIPE_API_BASE=standin.url,
            )
            yield standin


@pytest.fixture
def agree(app: Flask, session: Session) -> Callable[..., Payer]:
    """A client who has just agreed; the events are not handled yet."""

    def agree(kind: Kind = "sprint") -> Payer:
        application = submit_answers(session, STRONG)
        application.status, application.decided_at = "accepted", application.submitted_at
        quote = quote_engagement(kind, STRONG, current_rate_card())
        offer_terms(session, application.id, quote)
        engagement = session.scalars(
            select(Engagement).where(Engagement.application_id == application.id)
        ).one()
        accept_terms(session, engagement, name="Ada Marsh", seen_version=engagement.version)
        own_page = f"/applications/{application.access_token}"
        payer = Payer(session, app.test_client(), application.id, engagement.id, own_page)
        session.commit()
        return payer

    return agree


@pytest.fixture
def payer(agree: Callable[[], Payer]) -> Payer:
    return agree()


@pytest.fixture
def attempt(standin: Standin, payer: Payer) -> CheckoutAttempt:
    """The payer's attempt, with its page open."""
    payer.press_pay()
    [attempt] = payer.attempts()
    return attempt


@pytest.fixture
def post_webhook(client: FlaskClient) -> Callable[..., TestResponse]:
    """Send a body to the site as Stripe does, signed unless a signature is given."""

    def post_webhook(body: Any, signature: str | None = None) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        if signature is None:
            signature = signature_header(raw, WEBHOOK_SECRET, int(time.time()))
        return client.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": signature})

    return post_webhook


@pytest.fixture
def checkout_event() -> Callable[..., dict[str, Any]]:
    """An event about an attempt's session, correct except for the fields that are changed."""

    def checkout_event(
        kind: str, attempt: CheckoutAttempt, *, livemode: bool = False, **changed: Any
    ) -> dict[str, Any]:
        [item] = attempt.request["line_items"]
        about = {
            "id": attempt.stripe_session_id,
            "object": "checkout.session",
            "mode": "payment",
            "payment_status": "paid",
            "amount_total": item["price_data"]["unit_amount"],
            "currency": item["price_data"]["currency"],
            "client_reference_id": str(attempt.id),
            "metadata": attempt.request["metadata"],
            **changed,
        }
        return {
            "id": f"evt_{uuid.uuid4().hex}",
            "object": "event",
            "type": f"checkout.session.{kind}",
            "livemode": livemode,
            "data": {"object": about},
        }

    return checkout_event


@pytest.fixture
def paid(
    standin: Standin,
    attempt: CheckoutAttempt,
    payer: Payer,
    post_webhook: PostWebhook,
    handle_events: Handle,
) -> CheckoutAttempt:
    """The payer's attempt, paid by card, as Stripe reported it."""
    assert attempt.url
    standin.pay(attempt.url)
    assert post_webhook(*standin.next_webhook("checkout.session.completed")).status_code == 200
    handle_events()
    [attempt] = payer.attempts()
    return attempt


@pytest.fixture
def tell(post_webhook: PostWebhook, handle_events: Handle, session: Session) -> Tell:
    """Send an event, handle it, and return its outcome."""

    def tell(event: dict[str, Any]) -> str:
        assert post_webhook(event).status_code == 200
        handle_events()
        session.rollback()
        wanted = select(StripeEvent).where(StripeEvent.stripe_event_id == event["id"])
        row = session.scalars(wanted).one()
        assert row.handled_at is not None and row.outcome is not None
        return row.outcome

    return tell


@pytest.fixture
def paid_twice(
    attempt: CheckoutAttempt, payer: Payer, checkout_event: CheckoutEvent, tell: Tell
) -> tuple[CheckoutAttempt, CheckoutAttempt]:
    """The attempt that paid the deposit, and an earlier one, whose page had expired, that was paid
    as well."""
    tell(checkout_event("expired", attempt, payment_status="unpaid"))
    payer.press_pay()
    _, own = payer.attempts()
    tell(checkout_event("completed", own, payment_intent="pi_own"))
    tell(checkout_event("completed", attempt, payment_intent="pi_extra"))
    extra, own = payer.attempts()
    return own, extra


@pytest.fixture
def hear(post_webhook: PostWebhook, handle_events: Handle) -> Hear:
    """Send Stripe's events in that order or, to ``shuffle``, mixed with the false ones, repeated
    and in any order, handling them now and then."""

    def hear(true: Events, false: Events, shuffle: random.Random | None) -> None:
        told = [*true]
        if shuffle:
            told += false
            told += shuffle.choices(told, k=5)
            shuffle.shuffle(told)
        for event in told:
            assert post_webhook(event).status_code == 200
            if shuffle is None or shuffle.random() < 0.3:
                handle_events()
        handle_events()

    return hear


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Pass:
    """Let that much time pass for the check for late webhooks."""
    return lambda time: monkeypatch.setattr(reconciliation, "utc_now", lambda: utc_now() + time)


@pytest.fixture
def refund_event() -> LaterEvent:
    """An event about a refund of a paid attempt, correct except for the fields that are changed."""

    def refund_event(
        kind: str, attempt: CheckoutAttempt, *, livemode: bool = False, **changed: Any
    ) -> dict[str, Any]:
        about = {
            "id": "re_1",
            "object": "refund",
            "amount": 500_000,
            "currency": "usd",
            "status": "failed" if kind == "failed" else "succeeded",
            "created": int(time.time()),
            "payment_intent": attempt.payment_intent,
            **changed,
        }
        return later_event(f"refund.{kind}", about, livemode=livemode)

    return refund_event


@pytest.fixture
def dispute_event() -> LaterEvent:
    """The same for a dispute; ``after`` is how many seconds after now Stripe made the event."""

    def dispute_event(
        kind: str,
        attempt: CheckoutAttempt,
        *,
        after: int = 0,
        livemode: bool = False,
        **changed: Any,
    ) -> dict[str, Any]:
        about = {
            "id": "du_1",
            "object": "dispute",
            "amount": 500_000,
            "currency": "usd",
            "status": "lost" if kind == "closed" else "needs_response",
            "reason": "product_not_received",
            "evidence_details": {"due_by": 1_798_761_599},
            "payment_intent": attempt.payment_intent,
            **changed,
        }
        return later_event(f"charge.dispute.{kind}", about, livemode=livemode, after=after)

    return dispute_event


def later_event(
    kind: str, about: dict[str, Any], *, livemode: bool, after: int = 0
) -> dict[str, Any]:
    return {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "type": kind,
        "created": int(time.time()) + after,
        "livemode": livemode,
        "data": {"object": about},
    }
