"""Relay and delivery to no-op subscribers, compared with bare no-op Celery tasks."""

import time
from collections.abc import Callable
from functools import partial

from redis import Redis as RedisClient
from sqlalchemy import text

from app.events.delivery.relay import relay_batch
from app.events.subscription import current_subscriptions
from app.events.tasks import send_deliveries
from app.platform.database import db
from benchmarks.backbone import Backbone
from benchmarks.fill import record_many
from benchmarks.noops import SUBSCRIBERS, do_nothing_at_all, subscribe_noops
from benchmarks.turns import Load, timed
from tests.site import eventually

RELAYED, DELIVERED = "relayed, subscribers: {}", "delivered, subscribers: {}"
PUBLISHED, HANDLED = "bare Celery tasks published", "bare Celery tasks handled"
ONE, THREE = "one", "three"
QUEUE, IN_HAND = "celery", "unacked"
PATIENCE = 300.0
LOOK_SECONDS = 0.002

SETTLE = text("""
UPDATE deliveries SET status = 'done', done_at = now() WHERE status <> 'done'
""")
LAST = text("SELECT coalesce(max(id), 0) FROM deliveries")
UNFINISHED = text("SELECT count(*) FROM deliveries WHERE status <> 'done'")
RATE = text("""
SELECT count(*) / extract(epoch FROM max(done_at) - min(claimed_at))::float8
FROM deliveries WHERE id > :after
""")


def publishers(backbone: Backbone) -> dict[str, Callable[[int], Load]]:
    """The contestants by name. Each puts a number of deliveries, or tasks, into Redis."""
    return {
        RELAYED.format(ONE): partial(relay, backbone, ONE),
        RELAYED.format(THREE): partial(relay, backbone, THREE),
        PUBLISHED: partial(publish, backbone),
    }


def handlers(backbone: Backbone) -> dict[str, Callable[[int], Load]]:
    """The contestants by name. In each, a worker handles a number of deliveries, or tasks, that are
    in Redis when it starts."""
    return {
        DELIVERED.format(ONE): partial(deliver, backbone, ONE),
        DELIVERED.format(THREE): partial(deliver, backbone, THREE),
        HANDLED: partial(handle, backbone),
    }


def relay(backbone: Backbone, which: str, count: int) -> Load:
    """Measure the relay's own function, from recorded events to tasks in Redis."""
    record_for(backbone, which, count)
    load = timed(count, relay_what_waits)
    with db.engine.begin() as connection:
        connection.execute(SETTLE)
    empty_queue(backbone)
    return load


def publish(backbone: Backbone, count: int) -> Load:
    load = timed(count, lambda: publish_tasks(count))
    empty_queue(backbone)
    return load


def deliver(backbone: Backbone, which: str, count: int) -> Load:
    """Measure from the first claim to the last delivery's commit."""
    session = db.session()
    before = session.scalar(LAST)
    record_for(backbone, which, count)
    relay_what_waits()

    def all_done() -> bool:
        session.rollback()
        return session.scalar(UNFINISHED) == 0

    with backbone.running("worker", subscribers=which):
        eventually(all_done, PATIENCE)
    rate = session.scalar(RATE, {"after": before}) or 0.0
    session.rollback()
    return Load(float(rate))


def handle(backbone: Backbone, count: int) -> Load:
    """Measure from the first task that leaves the queue until none is queued or unacknowledged."""
    publish_tasks(count)
    with (
        RedisClient.from_url(backbone.site.settings["REDIS_URL"]) as client,
        backbone.running("worker", subscribers=ONE),
    ):
        while client.llen(QUEUE) == count:
            time.sleep(LOOK_SECONDS)
        started_at = time.perf_counter()
        while client.llen(QUEUE) or client.hlen(IN_HAND):
            time.sleep(LOOK_SECONDS)
        return Load(count / (time.perf_counter() - started_at))


def record_for(backbone: Backbone, which: str, count: int) -> None:
    """Record as many events as make ``count`` deliveries to those subscribers."""
    subscribe_noops(backbone.app, which)
    record_many(backbone.url, count // len(SUBSCRIBERS[which]))


def relay_what_waits() -> None:
    while relay_batch(current_subscriptions(), send_deliveries):
        pass


def publish_tasks(count: int) -> None:
    for number in range(count):
        do_nothing_at_all.apply_async((number,), retry=False)


def empty_queue(backbone: Backbone) -> None:
    with RedisClient.from_url(backbone.site.settings["REDIS_URL"]) as client:
        client.flushdb()
