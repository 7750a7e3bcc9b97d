"""What can be done with endpoints and their messages. Callers commit."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from app.database import after_commit, utc_now
from app.events.store import record
from app.events.types import Event, stream_of
from app.webhooks.bell import ring_courier
from app.webhooks.events import (
    WebhookEndpointAdded,
    WebhookEndpointDeleted,
    WebhookEndpointDisabled,
    WebhookEndpointEnabled,
    WebhookSecretRotated,
    WebhookTested,
)
from app.webhooks.models import WebhookEndpoint, WebhookMessage
from app.webhooks.signing import OLD_SECRET_LIFETIME, make_secret

# What is recorded from now on is read, and nothing before.
BEGIN_TO_FOLLOW = text("""
INSERT INTO webhook_place (id, horizon, position)
VALUES (1, CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint), 0)
ON CONFLICT DO NOTHING
""")

REPLAY = text("""
UPDATE webhook_messages SET status = 'waiting', tries = 0, next_try_at = now()
WHERE id = :id AND status IN ('delivered', 'failed')
""")

REPLAY_FAILED = text("""
UPDATE webhook_messages SET status = 'waiting', tries = 0, next_try_at = now()
WHERE endpoint_id = :endpoint_id AND status = 'failed' AND created_at >= :since
""")


def add_endpoint(
    session: Session,
    *,
    url: str,
    description: str,
    event_types: Sequence[str],
    with_personal: bool,
    staff_id: uuid.UUID,
) -> WebhookEndpoint:
    """A new endpoint with a secret of its own; it gets the events that are recorded from now on.

    No ``event_types`` means every type, those declared later too.
    """
    endpoint = WebhookEndpoint(
        url=url,
        description=description,
        event_types=list(event_types),
        with_personal=with_personal,
        secret=make_secret(),
        created_by_id=staff_id,
    )
    session.add(endpoint)
    session.flush()
    session.execute(BEGIN_TO_FOLLOW)
    added = WebhookEndpointAdded(
        host=endpoint.host, event_types=endpoint.event_types, with_personal=with_personal
    )
    _record(session, endpoint, added, actor=f"staff:{staff_id}")
    return endpoint


def rotate_secret(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> None:
    """Give the endpoint a new secret; for a day messages are signed with the old one as well."""
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_secret_until = utc_now() + OLD_SECRET_LIFETIME
    endpoint.secret = make_secret()
    _record(session, endpoint, WebhookSecretRotated(host=endpoint.host), actor=actor)


def disable_endpoint(
    session: Session,
    endpoint: WebhookEndpoint,
    *,
    because: Literal["failing", "gone", "staff"],
    actor: str,
) -> None:
    """Send it nothing more. What waits is kept; events recorded meanwhile pass it by."""
    if not endpoint.is_enabled:
        return
    endpoint.status, endpoint.disabled_because = "disabled", because
    endpoint.status_since = utc_now()
    disabled = WebhookEndpointDisabled(host=endpoint.host, because=because)
    _record(session, endpoint, disabled, actor=actor)


def enable_endpoint(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> None:
    """Send it what waited, and the events that are recorded from now on."""
    if endpoint.is_enabled:
        return
    endpoint.status, endpoint.disabled_because = "enabled", None
    endpoint.status_since, endpoint.failures_in_a_row = utc_now(), 0
    _record(session, endpoint, WebhookEndpointEnabled(host=endpoint.host), actor=actor)
    after_commit(session, ring_courier)


def delete_endpoint(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> None:
    """Forget the endpoint, its messages and what was answered to them."""
    _record(session, endpoint, WebhookEndpointDeleted(host=endpoint.host), actor=actor)
    session.delete(endpoint)


def send_test(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> WebhookMessage:
    """A message to this endpoint alone, signed, tried again and noted like any other."""
    tested = record(
        session,
        stream_of("webhook", endpoint.id),
        WebhookTested(host=endpoint.host),
        actor=actor,
    )
    message = WebhookMessage(event_id=tested.id, endpoint_id=endpoint.id)
    session.add(message)
    session.flush()
    after_commit(session, ring_courier)
    return message


def replay_message(session: Session, message_id: uuid.UUID) -> bool:
    """Send a message again from its first try; False where it is still on its way."""
    after_commit(session, ring_courier)
    return _count_changed(session.execute(REPLAY, {"id": message_id})) == 1


def replay_failed(session: Session, endpoint_id: uuid.UUID, since: datetime) -> int:
    """Send each message again that was made since then and has failed; return how many."""
    after_commit(session, ring_courier)
    chosen = {"endpoint_id": endpoint_id, "since": since}
    return _count_changed(session.execute(REPLAY_FAILED, chosen))


def _record(session: Session, endpoint: WebhookEndpoint, happened: Event, *, actor: str) -> None:
    record(session, stream_of("webhook", endpoint.id), happened, actor=actor)


def _count_changed(result: object) -> int:
    return cast(CursorResult, result).rowcount
