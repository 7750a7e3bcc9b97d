"""Redis emptied while deliveries wait in it."""

from collections.abc import Callable

from tests.faults.handled import (
    QUEUE,
    check_each_was_handled_once,
    left_behind,
    wait_until_handled,
)
from tests.prospects import submit
from tests.site import Site, eventually


def flush_what_waits(site: Site, count: int) -> int:
    """Return how many tasks were in Redis, and are gone."""
    site.kill("worker")
    submit(site, count)
    with site.broker() as broker:
        eventually(lambda: broker.llen(QUEUE) >= 3 * count)
        waiting = int(broker.llen(QUEUE))
        broker.flushall()
    site.start("worker")
    return waiting


def test_a_flushed_redis_loses_and_doubles_nothing(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count = scale(40, 400)
    waiting = flush_what_waits(site, count)
    wait_until_handled(site, count)
    repeats = check_each_was_handled_once(site)
    note(
        f"Redis flushed with {waiting} tasks in it:"
        f" {count} applications, each handled once, {repeats} mails repeated"
    )


def test_without_the_sweep_what_was_in_redis_would_be_lost(site: Site) -> None:
    """The control: no scheduler runs."""
    site.kill("scheduler")
    flush_what_waits(site, 10)
    assert left_behind(site) == 30
    site.start("scheduler")
    wait_until_handled(site, 11)
    check_each_was_handled_once(site)
