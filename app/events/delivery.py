"""Delivering an event to a subscriber: once, in order, with retries that end as a dead letter."""

import random
import traceback
from collections.abc import Callable
from enum import StrEnum

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.events.dead_letters import record_dead_letter
from app.events.store import recorded_event
from app.events.subscription import Subscriptions
from app.events.tracing import following
from app.events.types import RecordedEvent

log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of one try. ``SKIPPED``: done already, not due, held by another worker, or an
    earlier event of the stream comes first."""

    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"


# The row lock makes a second worker skip; the NOT EXISTS keeps the stream's order.
CLAIM = text("""
SELECT d.id AS delivery_id, d.subscriber, d.attempts, d.stream_version, e.*
FROM deliveries d JOIN events e ON e.position = d.event_position
WHERE d.id = :id AND d.status = 'waiting' AND d.not_before <= now()
  AND NOT EXISTS (
    SELECT FROM deliveries earlier
    WHERE earlier.subscriber = d.subscriber AND earlier.stream = d.stream
      AND earlier.stream_version < d.stream_version AND earlier.status <> 'done'
  )
FOR UPDATE OF d SKIP LOCKED
""")

DONE = text("""
UPDATE deliveries SET status = 'done', done_at = clock_timestamp(), attempts = attempts + 1
WHERE id = :id
""")

NEXT_IN_STREAM = text("""
SELECT id FROM deliveries
WHERE subscriber = :subscriber AND stream = :stream AND stream_version > :version
  AND status <> 'done'
ORDER BY stream_version LIMIT 1
""")

FAILED = text("""
UPDATE deliveries
SET attempts = attempts + 1, last_error = :error, sent_at = NULL,
    not_before = clock_timestamp() + make_interval(secs => :delay),
    status = CASE WHEN attempts + 1 >= :most THEN 'dead' ELSE 'waiting' END
WHERE id = :id AND status = 'waiting'
RETURNING status, attempts
""")


class RetryPolicy:
    """Exponential backoff with full jitter: a random share of ``first * 2**tries`` seconds, at the
    most ``cap``. (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.)"""

    def __init__(self, *, first: float, cap: float, most: int) -> None:
        self.first, self.cap, self.most = first, cap, most

    def delay(self, tries: int) -> float:
        """Seconds to wait after ``tries`` earlier failures; never under a tenth of the bound."""
        bound = min(self.cap, self.first * 2.0 ** min(tries, 32))
        return random.uniform(bound / 10, bound)


def deliver(
    session: Session,
    delivery_id: int,
    subscriptions: Subscriptions,
    policy: RetryPolicy,
    send: Callable[[int], None],
) -> Outcome:
    """Hand the delivery's event to its subscriber and commit.

    The subscriber's writes, the events it records and the delivery's ``done`` are one transaction,
    so a repeat finds it done and changes nothing.
    """
    row = session.execute(CLAIM, {"id": delivery_id}).one_or_none()
    if row is None:
        session.rollback()
        return Outcome.SKIPPED
    with structlog.contextvars.bound_contextvars(subscriber=row.subscriber, delivery=delivery_id):
        try:
            recorded = recorded_event(row)
            with following(recorded):
                subscriptions.subscriber(row.subscriber)(session, recorded)
                session.execute(DONE, {"id": delivery_id})
                session.commit()
        except Exception as error:  # noqa: BLE001 - whatever a subscriber raises is a failed try
            session.rollback()
            return _note_failure(
                session, delivery_id, policy.delay(row.attempts), policy.most, error
            )
        log.info(
            "delivery.done", type=recorded.type, correlation_id=recorded.metadata.correlation_id
        )
    _send_next(session, row.subscriber, recorded, send)
    return Outcome.DONE


def _send_next(
    session: Session, subscriber: str, recorded: RecordedEvent, send: Callable[[int], None]
) -> None:
    """Wake the stream's next delivery: its own task may have come while this one was at work."""
    following_id = session.scalar(
        NEXT_IN_STREAM,
        {"subscriber": subscriber, "stream": recorded.stream, "version": recorded.version},
    )
    session.rollback()
    if following_id is not None:
        send(following_id)


def _note_failure(
    session: Session, delivery_id: int, delay: float, most: int, error: Exception
) -> Outcome:
    noted = session.execute(
        FAILED,
        {"id": delivery_id, "error": describe_error(error), "delay": delay, "most": most},
    ).one_or_none()
    if noted is None:
        session.rollback()
        return Outcome.SKIPPED
    if noted.status == "dead":
        record_dead_letter(session, delivery_id)
    session.commit()
    outcome = Outcome.DEAD if noted.status == "dead" else Outcome.FAILED
    log.warning(
        "delivery.failed", outcome=outcome, attempts=noted.attempts, error=type(error).__name__
    )
    return outcome


def describe_error(error: Exception) -> str:
    """The error's type, message and place; of a database error, whose message quotes values, its
    kind and the constraint."""
    message = str(error)
    if isinstance(error, DBAPIError):
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        message = f"{type(error.orig).__name__} {constraint or ''}".strip()
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/app/" in f.filename]
    place = f" ({frames[-1].filename.rpartition('/app/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message[:300]}{place}"
