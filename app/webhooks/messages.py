"""What staff do with messages: send a test, or send again. Once the caller commits, the courier is
rung."""

import uuid
from datetime import datetime
from typing import cast

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import stream_of
from app.platform.database import after_commit
from app.webhooks.events import WebhookTested
from app.webhooks.models import WebhookEndpoint, WebhookMessage
from app.webhooks.service import lock_endpoint
from app.webhooks.tasks import ring_courier

REPLAY = text("""
UPDATE webhook_messages SET status = 'waiting', tries = 0, next_try_at = now()
WHERE id = :id AND status IN ('delivered', 'failed')
""")

REPLAY_FAILED = text("""
UPDATE webhook_messages SET status = 'waiting', tries = 0, next_try_at = now()
WHERE endpoint_id = :endpoint_id AND status = 'failed' AND created_at >= :since
""")


def send_test(session: Session, endpoint: WebhookEndpoint, *, actor: str) -> WebhookMessage:
    """Create a test message for this endpoint alone; it is signed, retried and noted like any
    other. Raises EndpointGone."""
    lock_endpoint(session, endpoint)
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
    """Send a message again from its first try; False if it is still on its way."""
    after_commit(session, ring_courier)
    return _count_changed(session.execute(REPLAY, {"id": message_id})) == 1


def replay_failed(session: Session, endpoint_id: uuid.UUID, since: datetime) -> int:
    """Send again each failed message that was created since then; return how many."""
    after_commit(session, ring_courier)
    chosen = {"endpoint_id": endpoint_id, "since": since}
    return _count_changed(session.execute(REPLAY_FAILED, chosen))


def _count_changed(result: object) -> int:
    return cast(CursorResult, result).rowcount
