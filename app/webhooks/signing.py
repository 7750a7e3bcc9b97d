"""A message as it goes out: the event as JSON, and the headers of Standard Webhooks."""

import base64
import secrets
from datetime import datetime, timedelta

from standardwebhooks.webhooks import Webhook

from app.events.contract.cloudevents import to_json
from app.events.types import RecordedEvent
from app.platform.http_client.sender import Request
from app.webhooks.models import WebhookEndpoint

SECRET_BYTES = 32
OLD_SECRET_LIFETIME = timedelta(hours=24)


def make_secret() -> str:
    """A random secret in the form that the Standard Webhooks libraries take."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def make_request(
    endpoint: WebhookEndpoint, recorded: RecordedEvent, base_url: str, at: datetime
) -> Request:
    """The request that carries the event, signed with each secret that is valid at that time.

    The message's id is the event's, however often it is sent.
    """
    body = to_json(recorded, base_url, with_personal=endpoint.with_personal)
    signatures = [
        Webhook(secret).sign(str(recorded.id), at, body.decode())
        for secret in (endpoint.secret, *endpoint.replaced_secrets(at))
    ]
    return Request(
        url=endpoint.url,
        headers={
            "content-type": "application/cloudevents+json",
            "user-agent": "engagement-portal",
            "webhook-id": str(recorded.id),
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        },
        body=body,
    )
