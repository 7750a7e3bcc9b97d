"""Promise 3: workers are killed and Redis is flushed at random, with a full queue; nothing is
lost."""

import random
from collections.abc import Callable, Sequence
from functools import partial

import psutil

from tests.faults.handled import (
    check_each_was_handled_once,
    flush_redis,
    left_behind,
    wait_until_handled,
)
from tests.prospects import submit
from tests.site import Site, eventually

DELIVERIES_EACH = 8
DONE = "SELECT count(*) FROM deliveries WHERE status = 'done'"


def kill_worker(site: Site) -> None:
    site.kill("worker")


def kill_child(site: Site) -> None:
    """Kill a child. The worker itself survives and replaces it, unless it was still starting."""
    eventually(partial(killed_one, site))


def killed_one(site: Site) -> bool:
    try:
        children = psutil.Process(site.processes["worker"].pid).children()
        if children:
            random.choice(children).kill()
    except psutil.NoSuchProcess:
        return False
    return bool(children)


def fill_queue(site: Site, applications: int) -> None:
    """Stop the worker, and return when four deliveries of each application are waiting."""
    site.kill("worker")
    submit(site, applications)
    eventually(lambda: site.value("SELECT count(*) FROM deliveries") == 4 * applications)


def strike(site: Site, blows: Sequence[Callable[[Site], None]], last: int) -> None:
    """Strike at random moments, before ``last`` deliveries are done."""
    moments = sorted(random.sample(range(last), len(blows)))
    for moment, blow in zip(moments, blows, strict=True):
        eventually(lambda moment=moment: site.value(DONE) >= moment)  # type: ignore[misc]
        blow(site)


def test_no_event_is_lost_whatever_dies(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    applications = scale(20, 2700)
    kills, children, flushes = scale(2, 100), scale(4, 100), scale(2, 5)
    blows = [kill_worker] * kills + [kill_child] * children + [flush_redis] * flushes
    random.shuffle(blows)
    deliveries = DELIVERIES_EACH * applications
    fill_queue(site, applications)
    with site.kept_running():
        strike(site, blows, last=deliveries - len(blows))
        eventually(lambda: site.value(DONE) == deliveries)
        wait_until_handled(site, applications)
    repeats = check_each_was_handled_once(site)
    note(
        f"worker killed {kills} times, its children {children} times, Redis flushed {flushes}"
        f" times over {3 * applications} events for {deliveries} deliveries: 0 lost, 0 doubled,"
        f" {repeats} mails repeated"
    )


def test_with_the_sweep_off_events_are_lost(site: Site) -> None:
    """The control: no scheduler runs."""
    site.kill("scheduler")
    fill_queue(site, 15)
    site.start("worker")
    strike(site, [flush_redis], last=10)
    assert left_behind(site) > 0
    site.start("scheduler")
    wait_until_handled(site, 16)
    check_each_was_handled_once(site)
