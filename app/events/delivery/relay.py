"""The relay: reads unrelayed events, adds one delivery per subscriber, then sends the tasks."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.events.bell import listening
from app.events.delivery.sending import Send, send_all, share_out
from app.events.delivery.turn import IN_TURN
from app.events.spans import relay_span
from app.events.subscription import Subscriptions, current_subscriptions
from app.events.types import known_types
from app.platform.database import autocommit, kind_of

BATCH = 500
RETRY_SECONDS = 1.0
# Behind this many waiting deliveries, relaying an event immediately does not deliver it any sooner.
# Events gathered for a moment share tasks, and one in a task of ten costs a quarter of one alone.
CROWD = 50
GATHER_SECONDS = 0.2
log = structlog.get_logger()

# One statement, so one round trip and one commit, which need not reach the disk: what a crash
# undoes is relayed again. An event waits while another relay has its predecessor in the stream: a
# later delivery must never exist before an earlier one. Only the first unfinished delivery of a
# stream gets a task, so that a busy stream takes no more than its turn. Types that only a newer
# release knows are left to its relay, which knows their subscribers.
RELAY_BATCH = text(f"""
WITH batch AS (
    SELECT position, stream, version, type, metadata ->> 'correlation_id' AS trace FROM events
    WHERE relayed_at IS NULL AND type = ANY(CAST(:known AS text[]))
    ORDER BY position LIMIT :batch
    FOR UPDATE SKIP LOCKED
), ready AS (
    SELECT * FROM batch
    WHERE NOT EXISTS (
        SELECT FROM events earlier
        WHERE earlier.stream = batch.stream AND earlier.version < batch.version
          AND earlier.relayed_at IS NULL
          AND earlier.position NOT IN (SELECT position FROM batch)
        OFFSET 0  -- a lookup, not a join: see `turn`
    )
), marked AS (
    UPDATE events SET relayed_at = clock_timestamp()
    FROM ready WHERE events.position = ready.position
), wanted AS (
    SELECT position, subscriber, stream, version AS stream_version, place,
        row_number() OVER (PARTITION BY subscriber, stream ORDER BY version) = 1 AS is_first_here
    FROM ready
    JOIN unnest(CAST(:types AS text[]), CAST(:subscribers AS text[]))
        WITH ORDINALITY AS t (type, subscriber, place) USING (type)
), added AS (
    INSERT INTO deliveries (event_position, subscriber, stream, stream_version, sent_at)
    SELECT position, subscriber, stream, stream_version,
        CASE WHEN is_first_here AND {IN_TURN} THEN clock_timestamp() END
    FROM wanted AS candidate ORDER BY position, place
    ON CONFLICT DO NOTHING
    RETURNING id, event_position, sent_at
), first AS (
    SELECT array_agg(id ORDER BY id) AS ids FROM added
    WHERE sent_at IS NOT NULL GROUP BY event_position ORDER BY event_position
)
SELECT (SELECT count(*) FROM ready) AS relayed,
       (SELECT json_agg(ids) FROM first) AS first,
       (SELECT array_agg(id ORDER BY id) FROM added WHERE sent_at IS NULL) AS held,
       (SELECT array_agg(DISTINCT trace) FROM ready) AS traces,
       set_config('synchronous_commit', 'off', true)
""")  # noqa: S608 - a constant

# The worker that finished the previous delivery may have looked for this one a moment too early.
TAKE_FREED = text(f"""
UPDATE deliveries AS candidate SET sent_at = clock_timestamp()
WHERE id = ANY(:ids) AND done_at IS NULL AND sent_at IS NULL AND {IN_TURN}
RETURNING id
""")  # noqa: S608 - a constant

# Looks at the newest only: a backlog that waits unsent, behind a failure or a pause, would
# otherwise be read in full each time.
SENT_AND_UNCLAIMED = text("""
SELECT count(sent_at) FROM (
    SELECT sent_at FROM deliveries
    WHERE status = 'waiting' AND not_before <= clock_timestamp()
    ORDER BY not_before DESC LIMIT 2 * :crowd
) AS newest
""")


def relay_batch(subscriptions: Subscriptions, send: Send) -> int:
    """Relay up to ``BATCH`` events and return how many; any number of relays may run side by side.

    The deliveries are committed before the first task is sent. Tasks that can't be sent are left to
    the sweep.
    """
    values = {"batch": BATCH, "known": known_types(), **subscriptions.as_arrays()}
    begun = time.time_ns()
    with autocommit() as connection:
        relayed, first, held, traces, _ = connection.execute(RELAY_BATCH, values).one()
        first, held = first or [], held or []
        with relay_span(connection, [*chain(*first), *held], since=begun):
            send_all(connection, share_out(first), send)
            if held:
                freed = connection.execute(TAKE_FREED, {"ids": held}).scalars()
                send_all(connection, share_out([[delivery_id] for delivery_id in freed]), send)
    if relayed:
        log.info("relay.relayed", events=relayed, correlation_ids=traces)
    return int(relayed)


def are_workers_behind() -> bool:
    """Whether at least CROWD deliveries have been sent and not yet claimed."""
    with autocommit() as connection:
        waiting = connection.execute(SENT_AND_UNCLAIMED, {"crowd": CROWD}).scalar_one()
    return bool(waiting >= CROWD)


class RelayAtHand:
    """A bell for a process that can relay: a ring relays right there instead of waking the relay.

    Workers use it, so that the events that a handler records go out without a detour. While it
    delivers, a worker keeps the first task that follows for itself.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._kept: list[Sequence[int]] | None = None

    def ring(self) -> None:
        """Relay what waits. Never raises; a failure leaves it to the relay's next poll."""
        try:
            relay_batch(current_subscriptions(), self._keep_or_send)
        except (psycopg.Error, DBAPIError) as error:
            log.warning("relay.database_unreachable", error=kind_of(error))

    @contextmanager
    def keeping_first_task(self) -> Iterator[list[Sequence[int]]]:
        """The first task that a ring in this block would send goes into the list instead."""
        kept = self._kept = []
        try:
            yield kept
        finally:
            self._kept = None

    def _keep_or_send(self, delivery_ids: Sequence[int]) -> None:
        if self._kept == []:
            self._kept.append(delivery_ids)
        else:
            self._send(delivery_ids)


def run_relay(
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
                    relayed = relay_batch(subscriptions, send)
                    if relayed == BATCH:
                        continue
                    if relayed and are_workers_behind():
                        stop.wait(GATHER_SECONDS)
                    doorbell.wait(poll_seconds)
        except (psycopg.Error, DBAPIError) as error:
            log.warning("relay.database_unreachable", error=kind_of(error))
            stop.wait(RETRY_SECONDS)
