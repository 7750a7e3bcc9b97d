"""Sending what waits for the channel, one message after the other, oldest first.

A chat takes no idempotency key by which it could drop a repeat.
"""

import structlog
from sqlalchemy.orm import Session

from app.chat.incoming_webhook import NotTaken, Post, is_outage
from app.chat.markup import message_of
from app.chat.models import ChatMessage
from app.chat.queries import CHAT_CIRCUIT
from app.chat.spans import sending_span
from app.circuits.guard import CircuitOpen, circuit
from app.outbox.claims import claim_next, note_not_sent, note_sent
from app.platform.retry import RetryPolicy

# A chat may ask for longer pauses than ours, but not for endless ones.
LONGEST_REST = 3600.0
# A message is tried until the chat answers, so there is no maximum.
POLICY = RetryPolicy(base=1.0, cap=300.0, max_attempts=0)
log = structlog.get_logger()

NEXT_DUE = """
SELECT id FROM chat_messages
WHERE status = 'queued' AND not_before <= now()
  -- While a message waits because the chat asked for a pause, the chat is left alone.
  AND NOT EXISTS (
    SELECT FROM chat_messages WHERE status = 'queued' AND not_before > now() AND asked_to_wait
  )
ORDER BY id LIMIT 1
FOR UPDATE SKIP LOCKED
"""


def send_next_message(session: Session, post: Post) -> bool:
    """Claim one due message and post it; return whether to go on, as there may be more.

    A chat that can't be reached, fails or limits the rate is tried again without end, at growing
    intervals, not before the time that it asks for, and not while its circuit is open. What it
    refuses is `failed` immediately, and staff see it.
    """
    message = claim_next(session, ChatMessage, NEXT_DUE, circuit=CHAT_CIRCUIT)
    if message is None:
        return False
    try:
        with sending_span(message), circuit(CHAT_CIRCUIT, is_failure=is_outage):
            post(message_of(message.text, message.link))
    except (NotTaken, CircuitOpen) as error:
        return _note_failure(session, message, error)
    note_sent(session, message)
    log.info("chat.sent", attempts=message.attempts, **_trace(message))
    return True


def _note_failure(session: Session, message: ChatMessage, error: NotTaken | CircuitOpen) -> bool:
    """Note the failed try; return whether to go on: a refusal concerns this message alone."""
    refused, asked_to_wait, asked_for, reason = False, False, 0.0, type(error).__name__
    if isinstance(error, NotTaken):
        refused, asked_to_wait = error.is_refusal, error.asks_to_wait
        asked_for, reason = error.retry_after, str(error)
    note_not_sent(
        session,
        message,
        has_failed=refused,
        delay=max(POLICY.delay(message.attempts), min(asked_for, LONGEST_REST)),
        error=reason,
        asked_to_wait=asked_to_wait,
    )
    log.warning("chat.not_sent", error=reason, attempts=message.attempts, **_trace(message))
    return refused


def _trace(message: ChatMessage) -> dict[str, str]:
    return {
        "message": str(message.id),
        "kind": message.kind,
        "correlation_id": message.correlation_id,
    }
