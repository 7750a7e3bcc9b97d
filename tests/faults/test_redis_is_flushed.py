"""Redis is emptied while deliveries wait in it."""

import json
from base64 import b64decode
from collections.abc import Callable

from redis import Redis as RedisClient

from tests.faults.handled import (
    QUEUE,
    check_each_was_handled_once,
    left_behind,
    wait_until_handled,
)
from tests.prospects import submit
from tests.site import Site, eventually

# For each application, before any of them is handled.
DELIVERIES_AT_ONCE = 4


def flush_what_waits(site: Site, count: int) -> int:
    """Flush Redis; return how many deliveries had tasks in it."""
    site.kill("worker")
    submit(site, count)
    with site.broker() as broker:
        eventually(lambda: deliveries_in(broker) >= DELIVERIES_AT_ONCE * count)
        waiting = deliveries_in(broker)
        broker.flushall()
    site.start("worker")
    return waiting


def deliveries_in(broker: RedisClient) -> int:
    """How many deliveries the queued tasks are about; one task may be about many."""
    tasks = [json.loads(task) for task in broker.lrange(QUEUE, 0, -1)]
    bodies = [t["body"] for t in tasks if t["headers"]["task"] == "events.deliver"]
    return sum(len(json.loads(b64decode(body))[0][0]) for body in bodies)


def test_flushing_redis_loses_and_duplicates_nothing(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count = scale(14, 400)
    waiting = flush_what_waits(site, count)
    wait_until_handled(site, count)
    repeats = check_each_was_handled_once(site)
    note(
        f"Redis flushed with tasks for {waiting} deliveries in it:"
        f" {count} applications, each handled once, {repeats} mails repeated"
    )


def test_without_the_sweep_the_deliveries_queued_in_redis_would_be_lost(site: Site) -> None:
    """The control: no scheduler runs."""
    site.kill("scheduler")
    flush_what_waits(site, 5)
    assert left_behind(site) == DELIVERIES_AT_ONCE * 5
    site.start("scheduler")
    wait_until_handled(site, 6)
    check_each_was_handled_once(site)
