"""Sending what waits for the channel, one message after the other in the order of their writing.

A message is claimed and committed as `sending` before the chat hears of it, and no transaction is
open while it does. A crash in between leaves it `sending`; the next courier puts it back, and it is
sent again: at least once, never lost. The chat has no key by which it could drop the repeat.
"""

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.chat.incoming_webhook import NotTaken, Post, is_outage
from app.chat.markup import message_of
from app.chat.models import ChatMessage
from app.chat.queries import CHAT_CIRCUIT
from app.chat.spans import sending_span
from app.circuits.guard import CircuitOpen, circuit
from app.circuits.queries import is_refusing
from app.events.retry import RetryPolicy

# A chat may ask for more time than our own pauses have, but not for ever.
LONGEST_REST = 3600.0
# The tries of a message end with an answer, so there is no most.
POLICY = RetryPolicy(first=1.0, cap=300.0, most=0)
log = structlog.get_logger()

CLAIM = text("""
UPDATE chat_messages
SET status = 'sending', attempts = attempts + 1, claimed_at = clock_timestamp(),
    asked_to_wait = false
WHERE id = (
    SELECT id FROM chat_messages
    WHERE status = 'queued' AND not_before <= now() ORDER BY id LIMIT 1
    FOR UPDATE SKIP LOCKED
)
-- While one waits because the chat has asked for it, the chat is left alone.
AND NOT EXISTS (
    SELECT FROM chat_messages
    WHERE status = 'queued' AND not_before > now() AND asked_to_wait
)
RETURNING id
""")

SENT = text("""
UPDATE chat_messages SET status = 'sent', sent_at = clock_timestamp(), last_error = NULL
WHERE id = :id AND status = 'sending' AND claimed_at = :claimed_at
""")

NOT_SENT = text("""
UPDATE chat_messages
SET status = CASE WHEN :refused THEN 'failed' ELSE 'queued' END,
    not_before = clock_timestamp() + make_interval(secs => :delay), last_error = :error,
    asked_to_wait = :asked_to_wait
WHERE id = :id AND status = 'sending' AND claimed_at = :claimed_at
""")

PUT_BACK = text("""
UPDATE chat_messages SET status = 'queued', last_error = 'The worker died while sending it.'
WHERE status = 'sending'
""")

DUE = text("""
SELECT count(*) FROM chat_messages
WHERE status = 'queued' AND not_before <= now() OR status = 'sending'
""")


def send_next_message(session: Session, post: Post) -> bool:
    """Claim one due message and post it; return whether to go on, as there may be more.

    A chat that can't be reached, fails or has had too many is tried again for ever, ever more
    rarely, not before the time that it asks for, and left alone while its circuit is open. What it
    refuses is `failed` at once, and staff see it.
    """
    message = _claim(session)
    if message is None:
        return False
    try:
        with sending_span(message), circuit(CHAT_CIRCUIT, is_failure=is_outage):
            post(message_of(message.text, message.link))
    except (NotTaken, CircuitOpen) as error:
        is_settled = _note_failure(session, message, error)
    else:
        session.execute(SENT, {"id": message.id, "claimed_at": message.claimed_at})
        log.info("chat.sent", attempts=message.attempts, **_trace(message))
        is_settled = True
    session.commit()
    return is_settled


def put_back_orphans(session: Session) -> None:
    """Queue again what a worker was sending when it died. Only for the one courier at work."""
    session.execute(PUT_BACK)
    session.commit()


def count_due(session: Session) -> int:
    """How many messages a courier would find to do."""
    due = session.scalar(DUE)
    session.commit()
    return int(due or 0)


def _claim(session: Session) -> ChatMessage | None:
    """The next message, with no transaction open. An open circuit leaves them all as they are."""
    is_left_alone = is_refusing(session, CHAT_CIRCUIT)
    message_id = None if is_left_alone else session.scalar(CLAIM)
    session.commit()
    if message_id is None:
        return None
    message = session.get_one(ChatMessage, message_id, populate_existing=True)
    session.expunge(message)  # so that reading it opens no transaction
    session.commit()
    return message


def _note_failure(session: Session, message: ChatMessage, error: NotTaken | CircuitOpen) -> bool:
    """Note what came of the try; return whether there is no other."""
    refused, asked_to_wait, asked_for, reason = False, False, 0.0, type(error).__name__
    if isinstance(error, NotTaken):
        refused, asked_to_wait = error.is_refusal, error.asks_to_wait
        asked_for, reason = error.retry_after, str(error)
    session.execute(
        NOT_SENT,
        {
            "id": message.id,
            "claimed_at": message.claimed_at,
            "refused": refused,
            "delay": max(POLICY.delay(message.attempts), min(asked_for, LONGEST_REST)),
            "error": reason,
            "asked_to_wait": asked_to_wait,
        },
    )
    log.warning("chat.not_sent", error=reason, attempts=message.attempts, **_trace(message))
    return refused


def _trace(message: ChatMessage) -> dict[str, str]:
    return {
        "message": str(message.id),
        "kind": message.kind,
        "correlation_id": message.correlation_id,
    }
