"""Delivering events to subscribers: once, in order, with retries that end in a dead letter."""

import re
import time
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import psycopg
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.events.delivery.claims import (
    Claim,
    claim_deliveries,
    give_back,
    mark_done,
    mark_failed,
    reread,
)
from app.events.delivery.dead_letters import record_dead_letter
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.relay import RelayAtHand
from app.events.delivery.sending import Send, send_all
from app.events.rows import NewerEvent, readable_metadata, recorded_event
from app.events.spans import delivery_span
from app.events.subscription import Handlers, UnknownSubscriber
from app.events.tracing import caused_by, new_trace
from app.platform.database import autocommit
from app.platform.retry import RetryPolicy
from app.platform.telemetry.spans import current_span

# Deliveries of a task that were not begun by then are given back, so that a shutdown never waits
# for all of them. What follows from the last one begun may take as long again.
LONGEST_TASK_SECONDS = 5.0
# How long a release may run beside the next one, whose workers know what it does not.
RELEASES_OVERLAP = timedelta(minutes=10)
FOR_THE_NEXT_SECONDS = 2.0
WORKER_ENDED = "WorkerEnded: the process ended in the middle of each try, and could not say why."

NOTHING_KEPT = nullcontext[Sequence[Sequence[int]]](())

log = structlog.get_logger()


class Outcome(StrEnum):
    """What became of one try. ``SKIPPED``: done already, not due, paused, held by another worker,
    left to a worker of a newer release, or behind an earlier event of its stream. ``STALE``: its
    lease expired, and all it did was rolled back."""

    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"
    SKIPPED = "skipped"
    STALE = "stale"


class StaleClaim(Exception):
    """The lease expired while the handler ran, and another worker may have the delivery."""


# Runs after the commit, so that either this sees the next delivery, or the next one's own task sees
# this one done. A delivery that is in hand or waits for a retry is not marked as sent: the sweep
# would believe it to be on its way.
TAKE_NEXT = text("""
UPDATE deliveries SET sent_at = clock_timestamp()
WHERE done_at IS NULL AND id = ANY(ARRAY(
    SELECT next.id
    FROM unnest(CAST(:subscribers AS text[]), CAST(:streams AS text[]), CAST(:versions AS int[]))
        AS done (subscriber, stream, version)
    CROSS JOIN LATERAL (
        SELECT id, status, not_before FROM deliveries
        WHERE subscriber = done.subscriber AND stream = done.stream
          AND stream_version > done.version AND status <> 'done'
        ORDER BY stream_version LIMIT 1
    ) AS next
    WHERE next.status = 'waiting' AND next.not_before <= clock_timestamp()
      AND NOT EXISTS (SELECT FROM paused_subscribers p WHERE p.subscriber = done.subscriber)
))
RETURNING id
""")


def deliver(
    session: Session,
    delivery_ids: Sequence[int],
    subscriptions: Handlers,
    policy: RetryPolicy,
    keeper: LeaseKeeper,
    send: Send,
    at_hand: RelayAtHand | None = None,
) -> dict[int, Outcome]:
    """Hand each delivery's event to its subscriber, each in a transaction of its own.

    The subscriber's writes, the events it records and the delivery's ``done`` commit together, so a
    repeat finds it done and changes nothing. With a relay ``at_hand``, the first task that follows
    from a delivery runs right after it; everything else is sent, so that a task ends.
    """
    outcomes = dict.fromkeys(delivery_ids, Outcome.SKIPPED)
    with autocommit() as connection:
        claims = claim_deliveries(connection, delivery_ids, keeper.lease)
    until = time.monotonic() + LONGEST_TASK_SECONDS
    begun = 0
    with keeper.extending(claims):
        for claim in claims:
            if time.monotonic() > until:
                break
            with at_hand.keeping_first_task() if at_hand else NOTHING_KEPT as following_tasks:
                outcomes[claim.delivery_id] = _try(session, claim, subscriptions, policy)
            begun += 1
            for task in following_tasks:
                outcomes |= deliver(session, task, subscriptions, policy, keeper, send)
    with autocommit() as connection:
        if left := claims[begun:]:
            give_back(connection, left)
            send_all(connection, [[claim.delivery_id for claim in left]], send)
        done = [claim for claim in claims if outcomes[claim.delivery_id] is Outcome.DONE]
        _wake_next(connection, done, send)
    return outcomes


def _try(session: Session, claim: Claim, subscriptions: Handlers, policy: RetryPolicy) -> Outcome:
    with delivery_span(claim) as trying:
        outcome = _hand_over(session, claim, subscriptions, policy)
        trying.describe({"delivery.outcome": outcome.value})
    return outcome


def _hand_over(
    session: Session, claim: Claim, subscriptions: Handlers, policy: RetryPolicy
) -> Outcome:
    with (
        structlog.contextvars.bound_contextvars(
            subscriber=claim.subscriber, delivery=claim.delivery_id
        ),
        _trace_of(claim),
    ):
        if claim.attempts > policy.max_attempts:
            return _note_failure(session, claim, policy, WORKER_ENDED)
        try:
            _handle(session, claim, subscriptions)
        except Exception as error:  # noqa: BLE001 - whatever a subscriber raises is a failed try
            session.rollback()
            if _is_for_newer_release(claim, error):
                return _leave(claim)
            return _note_failure(session, claim, policy, describe_error(error))
        log.info("delivery.done", type=claim.event.type)
    return Outcome.DONE


def _handle(session: Session, claim: Claim, subscriptions: Handlers) -> None:
    """Run the handler and commit. If the event's person was erased in the meantime, roll back and
    run it again on the event as it reads without them. Raises StaleClaim."""
    recorded = recorded_event(claim.event)
    subscriptions.subscriber(claim.subscriber)(session, recorded)
    if mark_done(session, claim):
        session.commit()
        return
    session.rollback()
    now = reread(session, claim)
    if now.person == claim.person:
        raise StaleClaim(claim.delivery_id)
    _handle(session, now, subscriptions)


def _is_for_newer_release(claim: Claim, error: Exception) -> bool:
    """Whether a worker of a newer release may know what to do. After RELEASES_OVERLAP it is a
    failure: the subscriber or the type was removed."""
    age = datetime.now(UTC) - claim.event.recorded_at
    return isinstance(error, UnknownSubscriber | NewerEvent) and age < RELEASES_OVERLAP


def _leave(claim: Claim) -> Outcome:
    with autocommit() as connection:
        give_back(connection, [claim], delay=FOR_THE_NEXT_SECONDS)
    log.info("delivery.left_to_newer_release")
    return Outcome.SKIPPED


def _note_failure(session: Session, claim: Claim, policy: RetryPolicy, error: str) -> Outcome:
    kind = re.split(r"[: ]", error, maxsplit=1)[0]
    current_span().fail(kind)
    delay = policy.delay(claim.attempts - 1)
    noted = mark_failed(session, claim, error=error, delay=delay, most=policy.max_attempts)
    if noted is None:
        session.rollback()
        log.warning("delivery.stale", claim=claim.number)
        return Outcome.STALE
    if noted.status == "dead":
        record_dead_letter(session, claim.delivery_id)
    session.commit()
    outcome = Outcome.DEAD if noted.status == "dead" else Outcome.FAILED
    log.warning("delivery.failed", outcome=outcome, attempts=noted.attempts, error=kind)
    return outcome


def _trace_of(claim: Claim) -> AbstractContextManager[None]:
    """The trace of the claim's event; a new one if its metadata was altered."""
    metadata = readable_metadata(claim.event.metadata)
    return caused_by(claim.event.id, metadata.correlation_id) if metadata else new_trace()


def _wake_next(connection: Connection, done: Sequence[Claim], send: Send) -> None:
    """Send the next delivery in the stream of each one that is done."""
    if not done:
        return
    following_ids = connection.execute(
        TAKE_NEXT,
        {
            "subscribers": [claim.subscriber for claim in done],
            "streams": [claim.event.stream for claim in done],
            "versions": [claim.event.version for claim in done],
        },
    ).scalars()
    send_all(connection, [[delivery_id] for delivery_id in following_ids], send)


def describe_error(error: Exception) -> str:
    """The error's type and place, and its message if it is one of ours: any other may quote what
    somebody typed. For a database error, its type and the constraint."""
    message = str(error) if type(error).__module__.startswith("app.") else ""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        kind = "" if cause is error else type(cause).__name__
        message = f"{kind} {cause.diag.constraint_name or ''}".strip()
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/app/" in f.filename]
    place = f" ({frames[-1].filename.rpartition('/app/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{f': {message[:300]}' if message else ''}{place}"
