"""A receiver verifies with the Standard Webhooks' own library; nothing forged, changed or old
passes."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.platform.database import utc_now
from app.webhooks.models import WebhookEndpoint
from app.webhooks.service import rotate_secret
from app.webhooks.signing import make_request, make_secret
from tests.integration.webhooks.conftest import BASE_URL, Add, Courier, Happen
from tests.webhook_receiver import Received, WebhookReceiver

DOCUMENT = Path(__file__).parents[3] / "docs" / "webhooks.md"
PERSONAL = "I sleep badly."
Change = Callable[[Received], Received]


def with_header(name: str, value: str) -> Change:
    return lambda got: got._replace(headers={**got.headers, name: value})


def test_a_message_arrives_signed_and_readable(
    add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint, recorded = add(), happen(PERSONAL)
    courier.work()
    (got,) = receiver.received
    event = Webhook(endpoint.secret).verify(got.body, got.headers)
    assert got.headers["webhook-id"] == event["id"] == str(recorded.id)
    assert got.headers["content-type"] == "application/cloudevents+json"
    assert (event["specversion"], event["type"]) == ("1.0", "application.more_provided")
    assert (event["source"], event["subject"]) == (BASE_URL, recorded.stream)


@pytest.mark.parametrize(
    "change",
    [
        lambda got: got._replace(body=got.body + b" "),
        lambda got: got._replace(body=got.body.replace(b"more_provided", b"more_requested")),
        with_header("webhook-id", "another"),
        with_header("webhook-timestamp", str(int(utc_now().timestamp()) + 1000)),
        with_header("webhook-timestamp", str(int(utc_now().timestamp()) - 1)),
        with_header("webhook-signature", "v1,AAAA"),
        with_header("webhook-signature", ""),
    ],
)
def test_a_message_changed_on_the_way_fails_verification(
    add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver, change: Change
) -> None:
    secret = add().secret
    happen()
    courier.work()
    (got,) = receiver.received
    changed = change(got)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(changed.body, changed.headers)


def test_a_message_signed_with_another_secret_fails_verification(
    add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    add()
    happen()
    courier.work()
    (got,) = receiver.received
    with pytest.raises(WebhookVerificationError):
        Webhook(make_secret()).verify(got.body, got.headers)


def test_an_old_message_fails_verification(add: Add, happen: Happen) -> None:
    endpoint = add()
    old = make_request(endpoint, happen(), BASE_URL, utc_now() - timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(endpoint.secret).verify(old.body, old.headers)


def test_personal_fields_are_sent_only_to_an_endpoint_that_asks_for_them(
    add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    with WebhookReceiver() as trusted:
        add()
        add(url=trusted.url, with_personal=True)
        happen(PERSONAL)
        courier.work()
        assert json.loads(receiver.received[0].body)["data"] == {"message": ""}
        assert json.loads(trusted.received[0].body)["data"] == {"message": PERSONAL}


def verifies(secret: str, endpoint: WebhookEndpoint, happen: Happen, hours: float) -> bool:
    """Whether a receiver with the secret accepts a message signed so many hours from now."""
    at = utc_now() + timedelta(hours=hours)
    sent = make_request(endpoint, happen(), BASE_URL, at)
    signatures = sent.headers["webhook-signature"].split(" ")
    return Webhook(secret).sign(sent.headers["webhook-id"], at, sent.body.decode()) in signatures


def test_after_a_rotation_both_secrets_sign_for_a_day(
    session: Session, add: Add, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    endpoint = add()
    old = endpoint.secret
    rotate_secret(session, endpoint, actor="staff:ada")
    session.commit()
    new = endpoint.secret
    assert new != old
    happen()
    courier.work()
    (got,) = receiver.received
    for secret in (old, new):
        Webhook(secret).verify(got.body, got.headers)
    assert verifies(old, endpoint, happen, 23.9) and verifies(new, endpoint, happen, 23.9)
    assert not verifies(old, endpoint, happen, 24.1) and verifies(new, endpoint, happen, 24.1)


def test_a_second_rotation_leaves_each_earlier_secret_its_full_day(
    session: Session, add: Add, happen: Happen
) -> None:
    endpoint = add()
    secrets = [endpoint.secret]
    for _ in range(2):  # pressed twice, or the new secret was lost before the receiver had it
        rotate_secret(session, endpoint, actor="staff:ada")
        session.commit()
        secrets.append(endpoint.secret)
    assert [verifies(one, endpoint, happen, 23.9) for one in secrets] == [True] * 3
    assert [verifies(one, endpoint, happen, 24.1) for one in secrets] == [False, False, True]
    endpoint.older_secrets = dict.fromkeys(endpoint.older_secrets, utc_now().isoformat())
    rotate_secret(session, endpoint, actor="staff:ada")
    session.commit()
    assert list(endpoint.older_secrets) == [secrets[1]]  # a secret that no longer signs is not kept


def test_the_example_in_the_docs_takes_a_genuine_message_once_and_rejects_forgeries(
    add: Add,
    happen: Happen,
    courier: Courier,
    receiver: WebhookReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", add().secret)
    happen()
    courier.work()
    (got,) = receiver.received
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    known: set[str] = set()
    queue: list[dict[str, object]] = []

    def remember(event_id: str) -> bool:
        is_new = event_id not in known
        known.add(event_id)
        return is_new

    names = {"__name__": "receiver", "remember": remember, "put_into_queue": queue.append}
    exec(example, names)  # noqa: S102 - the project's own document
    theirs = cast(Flask, names["app"]).test_client()
    statuses = [
        theirs.post("/events", data=body, headers=got.headers).status_code
        for body in (got.body, got.body, got.body + b" ")
    ]
    assert statuses == [204, 204, 400]
    for garbage in ("v1", "v1,x", "v1,é", "a,b,c"):
        headers = {**got.headers, "webhook-signature": garbage}
        assert theirs.post("/events", data=got.body, headers=headers).status_code == 400
    assert [event["id"] for event in queue] == [got.headers["webhook-id"]]
