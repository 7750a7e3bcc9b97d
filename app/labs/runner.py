"""The process `flask labs`: relay, broker and consumers of every sandbox.

The events are handled by the site's own code. What differs is that one process does everything,
with threads in place of Celery workers (docs/labs.md).
"""

import random
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import structlog
from flask import Flask
from sqlalchemy import Row, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.events.bell import Listener, listening
from app.events.delivery.handling import describe_error
from app.events.delivery.leases import LeaseKeeper
from app.events.delivery.relay import BATCH, RETRY_SECONDS, relay_batch
from app.events.delivery.sweep import take_due_deliveries
from app.events.subscription import current_subscriptions
from app.labs.backbone import CHANNEL, RUNNING
from app.labs.consumers import Consumer, ConsumerKey
from app.labs.controls import restart_killed
from app.labs.faults import REPEATED
from app.labs.queues import Queues
from app.labs.sandboxes import end_outdated, remove_ended
from app.labs.scenario import BRISK, LEASE_SECONDS
from app.labs.scenarios import BY_SLUG
from app.platform.database import db, kind_of
from app.platform.database.advisory_locks import alone_at
from app.platform.retry import RetryPolicy

# All threads together can't use more than one core.
THREADS = 16
# If more subscribers than this have work, in all sandboxes together, each slows down. It is enough
# for four visitors.
AT_FULL_SPEED = 12
# A thread holds one while its handler writes, but not while it waits.
CONNECTIONS = 12
# While no sandbox is open, the bell wakes the runner immediately. With a crowd it would ring all
# the time, and the labs would spend their time on turns; so turns are at fixed intervals then.
TICK_SECONDS = 0.2
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 0.5
CLEAR_SECONDS = 5.0
RESEND_AFTER_SECONDS = 30.0
log = structlog.get_logger()

CONSUMERS = text("""
SELECT sandbox_id, subscriber, number, state, lab, faults FROM consumers
JOIN sandboxes ON sandboxes.id = sandbox_id
WHERE ends_at > now() ORDER BY sandbox_id, subscriber, number
""")


class Runner:
    """Runs all sandboxes. `turn` is one pass over everything; `run` takes turns until ``stop``.

    ``pace`` is a factor on the time that work is made to take.
    """

    def __init__(
        self,
        backbone: Flask,
        *,
        pace: float = 1.0,
        policy: RetryPolicy = BRISK,
        lease: float = LEASE_SECONDS,
    ) -> None:
        self._backbone = backbone
        self._pace = pace
        self._policy = policy
        self._queues = Queues()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="consumer")
        self._busy: dict[ConsumerKey, tuple[Consumer, Future[None]]] = {}
        with backbone.app_context():
            engine = db.engine
        self._keeper = LeaseKeeper(lambda: engine, lease)
        self._swept_at = self._cleared_at = 0.0

    def run(self, dsn: str, stop: threading.Event) -> None:
        """Take turns until ``stop``. Only one process does this at a time; others wait for it."""
        while not stop.is_set():
            try:
                with (
                    self._backbone.app_context(),
                    alone_at(RUNNING) as is_alone,
                    listening(dsn, CHANNEL) as doorbell,
                ):
                    while is_alone and not stop.is_set():
                        self._take_turn(doorbell, stop)
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("labs.database_unreachable", error=kind_of(error))
            stop.wait(RETRY_SECONDS)
        self.close()

    def close(self) -> None:
        """Let the consumers finish what they have in hand."""
        for consumer, _ in self._busy.values():
            consumer.stop.set()
        self._pool.shutdown()

    def _take_turn(self, doorbell: Listener, stop: threading.Event) -> None:
        if self.turn():
            stop.wait(TICK_SECONDS)
        else:
            doorbell.wait(IDLE_SECONDS)

    def turn(self) -> bool:
        """Relay, sweep, restart killed consumers and give work to idle ones; return whether any
        sandbox is open."""
        with self._backbone.app_context():
            session = db.session()
            while relay_batch(current_subscriptions(), self._queues.send) == BATCH:
                pass
            self._sweep(session)
            self._queues.sort_in(session)
            restart_killed(session)
            rows = session.execute(CONSUMERS).all()
            session.commit()
        self._give_work(rows)
        return bool(rows)

    def _sweep(self, session: Session) -> None:
        now = time.monotonic()
        if now - self._swept_at > SWEEP_SECONDS:
            # The first sweep resends everything: the previous process's queues are lost.
            resend_after = RESEND_AFTER_SECONDS if self._swept_at else 0.0
            self._swept_at = now
            for task in take_due_deliveries(session, resend_after=resend_after):
                self._queues.send(task)
        if now - self._cleared_at > CLEAR_SECONDS:
            self._cleared_at = now
            end_outdated(session, BY_SLUG.values())
            remove_ended(session)

    def _give_work(self, rows: Sequence[Row]) -> None:
        self._busy = {key: busy for key, busy in self._busy.items() if not busy[1].done()}
        open_sandboxes: set[uuid.UUID] = {row.sandbox_id for row in rows}
        self._queues.forget(open_sandboxes)
        running = {(row.sandbox_id, row.subscriber) for row in rows if row.state == "running"}
        at_work = running & self._queues.waiting()
        for row in random.sample(rows, len(rows)):  # so that each gets a thread sooner or later
            key = ConsumerKey(row.sandbox_id, row.subscriber, row.number)
            if key in self._busy:
                _tell(self._busy[key][0], row.state)
            elif (
                row.state == "running"
                and (row.sandbox_id, row.subscriber) in at_work
                and len(self._busy) < THREADS
            ):
                self._start(key, row, slowness_among(len(at_work)))

    def _start(self, key: ConsumerKey, row: Row, slowness: float) -> None:
        consumer = Consumer(
            key,
            seconds=BY_SLUG[row.lab].station(row.subscriber).seconds * self._pace * slowness,
            policy=self._policy,
            hands_over_twice=REPEATED in row.faults,
        )
        self._busy[key] = (consumer, self._pool.submit(self._work, consumer))

    def _work(self, consumer: Consumer) -> None:
        with self._backbone.app_context():
            try:
                consumer.work(self._queues, self._keeper)
            except Exception as error:  # noqa: BLE001 - the pool would keep it to itself
                log.warning("labs.consumer_failed", error=describe_error(error))


def slowness_among(at_work: int) -> float:
    """The factor by which work slows down when that many subscribers have some, so that together
    they load the machine no more than AT_FULL_SPEED do."""
    return max(1.0, at_work / AT_FULL_SPEED)


def _tell(consumer: Consumer, state: str) -> None:
    """Tell the consumer what the visitor has done to it."""
    if state == "killed":
        consumer.death.set()
    if state != "running":
        consumer.stop.set()
