"""The relay: reads what is not yet relayed, adds one delivery per subscriber, then sends tasks."""

import threading
from collections.abc import Callable, Sequence

import psycopg
import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.database import db
from app.events.bell import listening
from app.events.subscription import Subscriptions, current_subscriptions

BATCH = 500
RETRY_SECONDS = 1.0
log = structlog.get_logger()

# One statement, so one round trip and one commit, which need not reach the disk: what a crash takes
# back is relayed again. An event whose predecessor in its stream is being relayed by somebody else
# waits: a later delivery must never be there before an earlier one.
RELAY_BATCH = text("""
WITH batch AS (
    SELECT position, stream, version, type FROM events
    WHERE relayed_at IS NULL
    ORDER BY position LIMIT :batch
    FOR UPDATE SKIP LOCKED
), ready AS (
    SELECT * FROM batch
    WHERE NOT EXISTS (
        SELECT FROM events earlier
        WHERE earlier.stream = batch.stream AND earlier.version < batch.version
          AND earlier.relayed_at IS NULL
          AND earlier.position NOT IN (SELECT position FROM batch)
    )
), marked AS (
    UPDATE events SET relayed_at = clock_timestamp()
    FROM ready WHERE events.position = ready.position
), added AS (
    INSERT INTO deliveries (event_position, subscriber, stream, stream_version, sent_at)
    SELECT position, subscriber, stream, version, clock_timestamp()
    FROM ready
    JOIN unnest(CAST(:types AS text[]), CAST(:subscribers AS text[])) AS t (type, subscriber)
        USING (type)
    ON CONFLICT DO NOTHING
    RETURNING id, event_position
)
SELECT (SELECT count(*) FROM ready) AS relayed,
       (SELECT array_agg(id ORDER BY event_position, id) FROM added) AS deliveries,
       set_config('synchronous_commit', 'off', true)
""")

UNSENT = text("UPDATE deliveries SET sent_at = NULL WHERE id = ANY(:ids) AND status = 'waiting'")

Send = Callable[[int], None]


def relay_batch(engine: Engine, subscriptions: Subscriptions, send: Send) -> int:
    """Relay up to ``BATCH`` events and return how many; any number of relays may run at once.

    The deliveries are durable before the first task is sent. What can't be sent is left to the
    sweep.
    """
    types, subscribers = zip(*subscriptions.pairs, strict=True) if subscriptions.pairs else ((), ())
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        relayed, deliveries, _ = connection.execute(
            RELAY_BATCH, {"batch": BATCH, "types": list(types), "subscribers": list(subscribers)}
        ).one()
        send_all(connection, deliveries or [], send)
    return int(relayed)


def send_all(connection: Connection | Session, deliveries: Sequence[int], send: Send) -> int:
    """Send a task for each delivery and return how many the broker took.

    After the first refusal the rest are not tried, since each try may wait for a timeout; they are
    marked as unsent, for the next sweep.
    """
    for index, delivery_id in enumerate(deliveries):
        try:
            send(delivery_id)
        except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
            log.warning("relay.broker_unreachable", error=type(error).__name__)
            connection.execute(UNSENT, {"ids": list(deliveries[index:])})
            return index
    return len(deliveries)


class RelayAtHand:
    """A bell for a process that can relay: ringing it does what the relay would be woken for.

    A worker rings it, so that an event's follow-up is on its way without a detour.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    def ring(self) -> None:
        """Relay what waits. Never raises: what fails here is left to the relay's next poll."""
        try:
            relay_batch(db.engine, current_subscriptions(), self._send)
        except (psycopg.Error, DBAPIError) as error:
            log.warning("relay.database_unreachable", error=type(error).__name__)


def run_relay(
    engine: Engine,
    dsn: str,
    subscriptions: Subscriptions,
    send: Send,
    *,
    poll_seconds: float,
    stop: threading.Event,
) -> None:
    """Relay until ``stop`` is set: at each ring, and every ``poll_seconds`` without one."""
    while not stop.is_set():
        try:
            with listening(dsn) as doorbell:
                while not stop.is_set():
                    while relay_batch(engine, subscriptions, send) == BATCH and not stop.is_set():
                        pass
                    doorbell.wait(poll_seconds)
        except (psycopg.Error, DBAPIError) as error:
            log.warning("relay.database_unreachable", error=type(error).__name__)
            stop.wait(RETRY_SECONDS)
