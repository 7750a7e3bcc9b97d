"""Signed webhooks, sent immediately and retried until they are answered with a 2xx."""

import hashlib
import hmac
import http.client
import json
import logging
import threading
import time
import urllib.error
import urllib.request

from local.stripe_standin.resources import Resource

log = logging.getLogger(__name__)

TRY_SECONDS = 10
PAUSES_SECONDS = (1, 2, 4, 8, 15, 30, 60, 60, 60)
# The receiver is on this machine, so a proxy set in the environment must not be used.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def signature_header(body: bytes, secret: str, timestamp: int) -> str:
    """The Stripe-Signature of ``body``: ``t=<Unix seconds>,v1=<HMAC-SHA256 of t.body>``."""
    signed = f"{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


class WebhookSender:
    """Sends each event in a background thread of its own."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret
        self._first_tries: dict[str, threading.Event] = {}

    def send(self, event: Resource) -> None:
        self._first_tries[event["id"]] = threading.Event()
        threading.Thread(target=self._deliver, args=(event,), daemon=True).start()

    def wait_for_first_try(self, event_id: str) -> None:
        """Wait until the event was answered or failed once, as Stripe does before it sends the
        payer back."""
        self._first_tries[event_id].wait(TRY_SECONDS)

    def _deliver(self, event: Resource) -> None:
        body = json.dumps(event, indent=2).encode()
        for pause in (0, *PAUSES_SECONDS):
            time.sleep(pause)
            delivered = self._try(event, body)
            self._first_tries[event["id"]].set()
            if delivered:
                return

    def _try(self, event: Resource, body: bytes) -> bool:
        request = urllib.request.Request(
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature_header(body, self._secret, int(time.time())),
                "User-Agent": "Stripe/1.0 (stand-in)",
            },
        )
        try:
            with _open(request, timeout=TRY_SECONDS) as answer:
                log.info("%s %s: %s", event["type"], event["id"], answer.status)
                return True
        except urllib.error.HTTPError as refusal:
            log.warning("%s %s: %s, will try again", event["type"], event["id"], refusal.code)
        except (OSError, http.client.HTTPException) as failure:
            log.warning("%s %s: %s, will try again", event["type"], event["id"], failure)
        return False
