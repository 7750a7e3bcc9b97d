"""Which message is sent next, and what came of it, as rows. A message is claimed and committed as
`sending` before the server hears of it; what a worker was sending when it died is put back, and
goes out again under the same id: at least once, never lost."""

import uuid
from datetime import datetime
from typing import cast

import msgspec
import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session, joinedload

from app.events.integrity.person_keys import is_about_erased
from app.events.rows import NewerEvent, UnreadableEvent
from app.events.store import read_event
from app.platform.database import utc_now
from app.platform.http_client.sender import Answer, Request
from app.platform.outbound_hold.service import is_outbound_held
from app.webhooks.models import WebhookEndpoint, WebhookMessage, WebhookTry
from app.webhooks.service import disable_endpoint
from app.webhooks.signing import make_request
from app.webhooks.tries import FAILURES_UNTIL_DISABLED, MOST_TRIES, delay_after

# An endpoint that never answers must leave room for the others.
MOST_IN_FLIGHT_EACH = 4
COURIER = "system:webhooks.courier"
ALTERED = "event_altered"
# The wait if a newer release, since rolled back, recorded the event.
UNREADABLE_WAITS_SECONDS = 300.0
log = structlog.get_logger()

CLAIM = text("""
UPDATE webhook_messages SET status = 'sending', tries = tries + 1, claimed_at = clock_timestamp()
WHERE status = 'waiting' AND id IN (
    SELECT due.id FROM webhook_endpoints AS endpoint
    CROSS JOIN LATERAL (
        SELECT id, next_try_at FROM webhook_messages
        WHERE endpoint_id = endpoint.id AND status = 'waiting' AND next_try_at <= now()
        ORDER BY next_try_at
        LIMIT greatest(0, :most_each - (
            SELECT count(*) FROM webhook_messages
            WHERE endpoint_id = endpoint.id AND status = 'sending'
        ))
    ) AS due
    WHERE endpoint.status = 'enabled'
    ORDER BY due.next_try_at LIMIT :most
)
RETURNING id
""")

NOTE = text("""
UPDATE webhook_messages
SET status = :status, next_try_at = clock_timestamp() + make_interval(secs => :delay)
WHERE id = :id AND status = 'sending' AND claimed_at = :claimed_at
RETURNING id
""")

PUT_OFF = text("""
UPDATE webhook_messages
SET status = 'waiting', tries = tries - 1,
    next_try_at = clock_timestamp() + make_interval(secs => :delay)
WHERE id = :id
""")

REQUEUE_ORPHANS = text("""
UPDATE webhook_messages
SET status = CASE WHEN tries >= :most THEN 'failed' ELSE 'waiting' END
WHERE status = 'sending'
""")

COUNT_DUE = text("""
SELECT count(*) FROM webhook_messages AS message
JOIN webhook_endpoints AS endpoint ON endpoint.id = message.endpoint_id
WHERE message.status = 'sending'
   OR message.status = 'waiting' AND message.next_try_at <= now() AND endpoint.status = 'enabled'
""")


class Claim(msgspec.Struct, frozen=True):
    """A message that is being sent: its row as it was claimed, and the request."""

    message_id: uuid.UUID
    endpoint_id: uuid.UUID
    event_id: uuid.UUID
    event_type: str
    claimed_at: datetime
    tries: int
    correlation_id: str
    request: Request


def claim_due(session: Session, base_url: str, *, most: int) -> list[Claim]:
    """Claim up to ``most`` due messages, at most MOST_IN_FLIGHT_EACH per endpoint, and commit; none
    during the outbound hold. A message whose event only a newer release can read is put off; one
    whose event was altered fails."""
    if is_outbound_held(session):
        session.commit()
        return []
    ids = session.scalars(CLAIM, {"most": most, "most_each": MOST_IN_FLIGHT_EACH}).all()
    messages = session.scalars(
        select(WebhookMessage)
        .where(WebhookMessage.id.in_(ids))
        .options(joinedload(WebhookMessage.endpoint))
        .order_by(WebhookMessage.next_try_at)
        .execution_options(populate_existing=True)
    ).all()
    claims = []
    for message in messages:
        try:
            claims.append(_claim_of(session, message, base_url))
        except NewerEvent as newer:
            session.execute(PUT_OFF, {"id": message.id, "delay": UNREADABLE_WAITS_SECONDS})
            log.warning("webhooks.newer_release_needed", unreadable=str(newer))
        except UnreadableEvent as altered:
            _fail_altered(session, message)
            log.warning("webhooks.event_altered", unreadable=str(altered))
    session.commit()
    return claims


def note_answer(session: Session, claim: Claim, answer: Answer) -> None:
    """Note the try and what follows from it for the message and its endpoint, and commit. The
    server's words are not kept if the event's person was erased in the meantime: it may have
    repeated what it was sent.

    Notes nothing if the endpoint was deleted in the meantime, or another worker put the message
    back. If the endpoint was moved, the old address's answer does not count against the new one,
    which immediately gets what the old one did not take.
    """
    endpoint = session.get(WebhookEndpoint, claim.endpoint_id, with_for_update=True)
    is_moved = endpoint is not None and endpoint.url != claim.request.url
    if is_moved and not answer.is_delivered:
        status, delay = "waiting", 0.0
    else:
        status, delay = _outcome(claim.tries, answer)
    fields = {"id": claim.message_id, "claimed_at": claim.claimed_at}
    if endpoint and session.scalar(NOTE, {**fields, "status": status, "delay": delay}):
        session.add(
            WebhookTry(
                message_id=claim.message_id,
                started_at=answer.started_at,
                duration_ms=answer.duration_ms,
                http_status=answer.status,
                error=answer.error,
                answer="" if is_about_erased(session, claim.event_id) else answer.text,
            )
        )
        if not is_moved:
            _judge(session, endpoint, status, answer)
    session.commit()
    log.info(
        "webhook.delivered" if answer.is_delivered else "webhook.not_delivered",
        message=str(claim.message_id),
        endpoint=str(claim.endpoint_id),
        status=answer.status,
        error=answer.error,
        ms=answer.duration_ms,
        tries=claim.tries,
        correlation_id=claim.correlation_id,
    )


def requeue_orphans(session: Session) -> None:
    """Put back what a worker was sending when it died. Only one courier may be at work."""
    session.execute(REQUEUE_ORPHANS, {"most": MOST_TRIES})
    session.commit()


def count_due(session: Session) -> int:
    """How many messages a courier would find to send; 0 during the outbound hold."""
    due = 0 if is_outbound_held(session) else session.scalar(COUNT_DUE)
    session.commit()
    return int(due or 0)


def _claim_of(session: Session, message: WebhookMessage, base_url: str) -> Claim:
    recorded = read_event(session, message.event_id)
    return Claim(
        message_id=message.id,
        endpoint_id=message.endpoint_id,
        event_id=recorded.id,
        event_type=recorded.type,
        claimed_at=cast(datetime, message.claimed_at),
        tries=message.tries,
        correlation_id=recorded.metadata.correlation_id,
        request=make_request(message.endpoint, recorded, base_url, utc_now()),
    )


def _fail_altered(session: Session, message: WebhookMessage) -> None:
    """Fail the message unsent, which does not count against the endpoint."""
    message.status = "failed"
    noted = WebhookTry(
        message_id=message.id,
        started_at=message.claimed_at,
        duration_ms=0,
        error=ALTERED,
        answer="",
    )
    session.add(noted)


def _outcome(tries: int, answer: Answer) -> tuple[str, float]:
    """The message's next status, and how many seconds it then waits."""
    if answer.is_delivered:
        return "delivered", 0.0
    delay = None if answer.is_gone else delay_after(tries, answer.retry_after)
    return ("failed", 0.0) if delay is None else ("waiting", delay)


def _judge(session: Session, endpoint: WebhookEndpoint, status: str, answer: Answer) -> None:
    """Disable an endpoint that is gone, or to which message after message has failed."""
    if status == "delivered":
        endpoint.failures_in_a_row = 0
    if status == "failed":
        endpoint.failures_in_a_row += 1
    if not endpoint.is_enabled:
        return
    if answer.is_gone:
        disable_endpoint(session, endpoint, because="gone", actor=COURIER)
    elif endpoint.failures_in_a_row >= FAILURES_UNTIL_DISABLED:
        disable_endpoint(session, endpoint, because="failing", actor=COURIER)
