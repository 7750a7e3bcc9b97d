"""A client who has agreed, and a Stripe whose webhooks arrive when the test says so."""

import json
import queue
import re
import threading
import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from app.applications.drafts import start_draft
from app.applications.models import Application
from app.applications.questions import current_questionnaire
from app.applications.service import submit_application
from app.engagements.models import Engagement
from app.engagements.pricing import quote_engagement
from app.engagements.rate_card import current_rate_card
from app.engagements.service import accept_engagement, offer_engagement
from app.payments.gateway import Gateway
from app.payments.models import CheckoutAttempt, Deposit
from config import Config
from local.stripe_standin.app import create_standin
from local.stripe_standin.serving import standin_server
from local.stripe_standin.webhooks import signature_header

SECRET_KEY = "sk_test_of_the_tests"
WEBHOOK_SECRET = "whsec_of_the_tests"
DEMO = Path(__file__).parents[3] / "local" / "demo_applications.toml"
CSRF_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Standin:
    """The stand-in for Stripe. Its webhooks wait in ``webhooks`` as (body, signature)."""

    url: str = ""
    webhooks: "queue.Queue[tuple[bytes, str]]" = field(default_factory=queue.Queue)

    def fail(self, mode: str, times: int = 1, seconds: float = 1.0) -> None:
        self._control("fail", {"mode": mode, "next": times, "seconds": seconds})

    def expire(self, session_id: str) -> None:
        """Close a page, as its time would."""
        Gateway(SECRET_KEY, self.url).expire_checkout(session_id)

    def sessions(self, **wanted: str) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{self.url}/v1/checkout/sessions",
            params={"limit": "100", **wanted},
            headers={"Authorization": f"Bearer {SECRET_KEY}"},
            timeout=5,
        )
        sessions: list[dict[str, Any]] = answer.json()["data"]
        return sessions

    def pay(self, page: str) -> str:
        """Press "Pay" on that page; where the payer is sent."""
        answer = requests.post(f"{page}/pay", allow_redirects=False, timeout=15)
        return answer.headers["Location"]

    def next_webhook(self, kind: str) -> tuple[bytes, str]:
        """Of the webhooks that Stripe sends, the next of that type."""
        while True:
            body, signature = self.webhooks.get(timeout=10)
            if json.loads(body)["type"] == kind:
                return body, signature

    def _control(self, lever: str, body: dict[str, Any]) -> None:
        answer = requests.post(f"{self.url}/_control/{lever}", json=body, timeout=5)
        assert answer.status_code == 204, answer.text


@pytest.fixture
def standin(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
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
            site: Config = app.config["SITE"]
            changed = msgspec.structs.replace(
                site,
                STRIPE_SECRET_KEY=SECRET_KEY,
                STRIPE_WEBHOOK_SECRET=WEBHOOK_SECRET,
                STRIPE_API_BASE=standin.url,
            )
            monkeypatch.setitem(app.config, "SITE", changed)
            yield standin


@dataclass
class Client:
    """One who has agreed to a Sprint, and their browser."""

    session: Session
    browser: FlaskClient
    application_id: uuid.UUID
    engagement_id: uuid.UUID
    own_page: str

    @property
    def application(self) -> Application:
        return self.session.get_one(Application, self.application_id)

    @property
    def engagement(self) -> Engagement:
        self.session.rollback()
        return self.session.get_one(Engagement, self.engagement_id)

    def csrf_token(self) -> str:
        token = CSRF_TOKEN.search(self.browser.get(f"{self.own_page}/deposit").text)
        assert token
        return token[1]

    def press_pay(self, token: str = "") -> TestResponse:
        """Press "Pay by card" on the page."""
        data = {"csrf_token": token or self.csrf_token()}
        return self.browser.post(f"{self.own_page}/deposit", data=data)

    def deposit(self) -> Deposit | None:
        self.session.rollback()
        return self.session.scalar(
            select(Deposit).where(Deposit.engagement_id == self.engagement_id)
        )

    def attempts(self) -> list[CheckoutAttempt]:
        self.session.rollback()
        wanted = (
            select(CheckoutAttempt)
            .join(Deposit, Deposit.id == CheckoutAttempt.deposit_id)
            .where(Deposit.engagement_id == self.engagement_id)
            .order_by(CheckoutAttempt.created_at, CheckoutAttempt.id)
        )
        return list(self.session.scalars(wanted))


@pytest.fixture
def agree(app: Flask, session: Session) -> Callable[[], Client]:
    """A client who has just agreed; the events of it are not handled yet."""
    answers = tomllib.loads(DEMO.read_text())["applications"][0]

    def agree() -> Client:
        draft = start_draft(session, current_questionnaire())
        application = submit_application(session, draft, answers, draft_version=0, prefix="CE")
        application.status, application.decided_at = "accepted", application.submitted_at
        quote = quote_engagement("sprint", answers, current_rate_card())
        offer_engagement(session, application.id, quote)
        engagement = session.scalars(
            select(Engagement).where(Engagement.application_id == application.id)
        ).one()
        accept_engagement(session, engagement, name="Ada Marsh")
        own_page = f"/applications/{application.access_token}"
        client = Client(session, app.test_client(), application.id, engagement.id, own_page)
        session.commit()
        return client

    return agree


@pytest.fixture
def payer(agree: Callable[[], Client]) -> Client:
    return agree()


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
    """An event about an attempt's session, true in every field that isn't changed."""

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
def ada(session: Session) -> Staff:
    staff = Staff(email="ada@champlin.example", name="Ada Lovelace", password_hash="none")
    session.add(staff)
    session.commit()
    return staff


@pytest.fixture
def desk(app: Flask, ada: Staff) -> FlaskClient:
    """Ada's browser."""
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = ada.get_id()
    return browser
