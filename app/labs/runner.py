"""The process `flask labs`: relay, broker and consumers of every sandbox.

What it does to the events is the site's own code; that one process does it all, and threads stand
in for Celery's workers, is not (docs/labs.md).
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

from app.database import db, kind_of
from app.database.advisory_locks import alone_at
from app.events.bell import Listener, listening
from app.events.delivery.claims import LeaseKeeper
from app.events.delivery.relay import BATCH, RETRY_SECONDS, relay_batch
from app.events.delivery.sweep import take_due_deliveries
from app.events.subscription import current_subscriptions
from app.labs.backbone import CHANNEL, RUNNING
from app.labs.consumers import Consumer, ConsumerKey
from app.labs.controls import restart_killed
from app.labs.faults import REPEATED
from app.labs.queues import Queues
from app.labs.sandboxes import remove_ended
from app.labs.scenario import BRISK, LEASE_SECONDS
from app.labs.scenarios import BY_SLUG
from app.retry import RetryPolicy

# Together they can't take more than a core from the site.
THREADS = 16
# Of all sandboxes' subscribers that have work, so many go at their own speed: four visitors' worth.
AT_FULL_SPEED = 12
# Each thread holds one while its handler writes, not while it takes its time.
CONNECTIONS = 12
# A press is heard at once where no sandbox is open. With a crowd every moment brings something, and
# a turn for each would be what the labs spend their time on.
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
    """All sandboxes' flow. `turn` is one look at everything; `run` takes turns until ``stop``.

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
        """Only one process at a time does this; another waits for its end."""
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
        """Have the consumers finish what they have in hand."""
        for consumer, _ in self._busy.values():
            consumer.stop.set()
        self._pool.shutdown()

    def _take_turn(self, doorbell: Listener, stop: threading.Event) -> None:
        if self.turn():
            stop.wait(TICK_SECONDS)
        else:
            doorbell.wait(IDLE_SECONDS)

    def turn(self) -> bool:
        """Relay, sweep, restart the dead and give work to the idle; whether any sandbox is open."""
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
            # What the process before this one had on its way went with its memory.
            resend_after = RESEND_AFTER_SECONDS if self._swept_at else 0.0
            self._swept_at = now
            for task in take_due_deliveries(session, resend_after=resend_after):
                self._queues.send(task)
        if now - self._cleared_at > CLEAR_SECONDS:
            self._cleared_at = now
            remove_ended(session)

    def _give_work(self, rows: Sequence[Row]) -> None:
        self._busy = {key: busy for key, busy in self._busy.items() if not busy[1].done()}
        open_sandboxes: set[uuid.UUID] = {row.sandbox_id for row in rows}
        self._queues.forget(open_sandboxes)
        running = {(row.sandbox_id, row.subscriber) for row in rows if row.state == "running"}
        at_work = running & self._queues.waiting()
        for row in random.sample(rows, len(rows)):  # so that each has its turn at a thread
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
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("labs.consumer_failed", error=kind_of(error))


def slowness_among(at_work: int) -> float:
    """How many times as long work takes while so many subscribers have some: together they take no
    more from the site than AT_FULL_SPEED do."""
    return max(1.0, at_work / AT_FULL_SPEED)


def _tell(consumer: Consumer, state: str) -> None:
    """Have it notice what the visitor has done to it."""
    if state == "killed":
        consumer.death.set()
    if state != "running":
        consumer.stop.set()
