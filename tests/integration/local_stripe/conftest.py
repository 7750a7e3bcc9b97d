"""The stand-in served over HTTP, the official SDK pointed at it, and a receiver for its
webhooks."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import requests
import stripe
from flask import Flask, request
from stripe.params.checkout import SessionCreateParams
from werkzeug.serving import BaseWSGIServer, make_server

from local.stripe_standin.app import create_standin
from local.stripe_standin.serving import standin_server

SECRET_KEY = "sk_test_of_the_tests"
WEBHOOK_SECRET = "whsec_of_the_tests"


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
class Receiver:
    """Answers 500 for the first ``failures_left`` webhooks, then 200. ``received`` has all of
    them."""

    url: str = ""
    failures_left: int = 0
    received: "queue.Queue[tuple[bytes, str]]" = field(default_factory=queue.Queue)

    def next(self) -> tuple[bytes, str]:
        return self.received.get(timeout=10)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    app = Flask("receiver")

    @app.post("/hook")
    def hook() -> tuple[str, int]:
        receiver.received.put((request.get_data(), request.headers["Stripe-Signature"]))
        if receiver.failures_left:
            receiver.failures_left -= 1
            return "", 500
        return "", 200

    with serving(make_server("127.0.0.1", 0, app, threaded=True)) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@pytest.fixture
def standin(receiver: Receiver) -> Iterator[str]:
    """The address of a fresh stand-in."""
    app = create_standin(
        secret_key=SECRET_KEY, webhook_url=receiver.url, webhook_secret=WEBHOOK_SECRET
    )
    with serving(standin_server(app, 0)) as url:
        yield url


@pytest.fixture
def client_with(standin: str) -> Callable[..., stripe.StripeClient]:
    def make(
        key: str = SECRET_KEY, *, retries: int = 0, timeout: float = 10
    ) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            base_addresses={"api": standin},
            max_network_retries=retries,
            http_client=stripe.RequestsClient(timeout=timeout),
        )

    return make


@pytest.fixture
def client(client_with: Callable[..., stripe.StripeClient]) -> stripe.StripeClient:
    return client_with()


@pytest.fixture
def checkout_params() -> SessionCreateParams:
    return {
        "mode": "payment",
        "success_url": "https://firm.example/back?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://firm.example/cancelled",
        "client_reference_id": "deposit-1",
        "customer_email": "cto@client.example",
        "metadata": {"deposit_id": "deposit-1"},
        "payment_intent_data": {"metadata": {"deposit_id": "deposit-1"}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 300_000,
                    "product_data": {"name": "Deposit", "description": "30% of a Sprint"},
                },
            }
        ],
    }


@pytest.fixture
def fail_next(standin: str) -> Callable[..., None]:
    def arrange(mode: str, times: int = 1, seconds: float = 1.0) -> None:
        body: dict[str, str | float] = {"mode": mode, "next": times, "seconds": seconds}
        answer = requests.post(f"{standin}/_control/fail", json=body, timeout=5)
        assert answer.status_code == 204, answer.text

    return arrange


@pytest.fixture
def advance_clock(standin: str) -> Callable[[int], None]:
    def advance(seconds: int) -> None:
        answer = requests.post(f"{standin}/_control/advance", json={"seconds": seconds}, timeout=5)
        assert answer.status_code == 204, answer.text

    return advance
