"""The parties to a payment: a client who has agreed, and Stripe."""

import json
import queue
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.engagements.models import Engagement
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of
from app.payments.models import CheckoutAttempt, Deposit
from app.payments.stripe.sdk import Gateway
from tests.form_page import token_in

Handle = Callable[[], None]
PostWebhook = Callable[..., TestResponse]
CheckoutEvent = Callable[..., dict[str, Any]]
LaterEvent = Callable[..., dict[str, Any]]
Tell = Callable[[dict[str, Any]], str]
Pass = Callable[[timedelta], None]
Events = Sequence[dict[str, Any]]
Hear = Callable[[Events, Events, random.Random | None], None]

SECRET_KEY = "sk_test_of_the_tests"


@dataclass
class Standin:
    """The stand-in for Stripe. Its webhooks are queued in ``webhooks`` as (body, signature)."""

    url: str = ""
    webhooks: "queue.Queue[tuple[bytes, str]]" = field(default_factory=queue.Queue)

    def fail(self, mode: str, times: int = 1, seconds: float = 1.0) -> None:
        self._control("fail", {"mode": mode, "next": times, "seconds": seconds})

    def expire(self, session_id: str | None) -> None:
        """Expire a page, as if its time had run out."""
        assert session_id
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
        """Press "Pay" on that page; return the address that the payer is sent to."""
        answer = requests.post(f"{page}/pay", allow_redirects=False, timeout=15)
        return answer.headers["Location"]

    def refund(self, session_id: str | None, amount: str) -> None:
        """Refund that much of a paid session, as the firm does in Stripe's dashboard."""
        self._press(f"pay/{session_id}/refund", amount=amount)

    def fail_refund(self, session_id: str | None, refund_id: str) -> None:
        """Have the payer's bank send a refund back."""
        self._press(f"pay/{session_id}/refunds/{refund_id}/fail")

    def dispute(self, session_id: str | None, status: str) -> None:
        """Have the payer's bank dispute a paid session, or bring its dispute to that status."""
        self._press(f"pay/{session_id}/dispute", status=status)

    def next_webhook(self, kind: str) -> tuple[bytes, str]:
        """The next webhook of that type from Stripe."""
        while True:
            body, signature = self.webhooks.get(timeout=10)
            if json.loads(body)["type"] == kind:
                return body, signature

    def _press(self, button: str, **typed: str) -> None:
        answer = requests.post(
            f"{self.url}/{button}", data=typed, allow_redirects=False, timeout=15
        )
        assert answer.status_code == 303, answer.text

    def _control(self, lever: str, body: dict[str, Any]) -> None:
        answer = requests.post(f"{self.url}/_control/{lever}", json=body, timeout=5)
        assert answer.status_code == 204, answer.text


@dataclass
class Payer:
    """A client who has agreed to a Sprint, and their browser."""

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
        return token_in(self.page)

    def press_pay(self, token: str = "") -> TestResponse:
        """Press "Pay by card" on the page."""
        data = {"csrf_token": token or self.csrf_token()}
        return self.browser.post(f"{self.own_page}/deposit", data=data)

    def deposit(self) -> Deposit:
        self.session.rollback()
        wanted = select(Deposit).where(Deposit.engagement_id == self.engagement_id)
        return self.session.scalars(wanted).one()

    @property
    def page(self) -> str:
        """The deposit on the client's page."""
        return self.part()

    def part(self, **query: str) -> str:
        """The deposit's part of the page, as the page polls for it."""
        return self.browser.get(
            f"{self.own_page}/deposit", query_string=query, headers={"HX-Request": "true"}
        ).text

    def payments(self) -> list[RecordedEvent]:
        self.session.rollback()
        stream = read_stream(self.session, stream_of("engagement", self.engagement_id))
        return [recorded for recorded in stream if recorded.type == "deposit.paid"]

    def told(self) -> list[RecordedEvent]:
        """What has happened to the deposit, oldest first."""
        self.session.rollback()
        stream = read_stream(self.session, stream_of("engagement", self.engagement_id))
        return [recorded for recorded in stream if recorded.type.startswith("deposit.")]

    def attempts(self) -> list[CheckoutAttempt]:
        """The client's tries to pay by card, oldest first."""
        self.session.rollback()
        wanted = (
            select(CheckoutAttempt)
            .join(Deposit, Deposit.id == CheckoutAttempt.deposit_id)
            .where(Deposit.engagement_id == self.engagement_id)
            .order_by(CheckoutAttempt.created_at, CheckoutAttempt.id)
        )
        return list(self.session.scalars(wanted))
