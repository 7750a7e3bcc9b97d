"""Promise 3: workers killed and Redis flushed at random over a full queue, and nothing is lost."""

import random
from collections.abc import Callable, Sequence
from functools import partial

import psutil

from tests.faults.handled import (
    check_each_was_handled_once,
    flush_redis,
    left_behind,
    let_claims_grow_old,
    wait_until_handled,
)
from tests.prospects import submit
from tests.site import Site, eventually

DELIVERIES_EACH = 4
DONE = "SELECT count(*) FROM deliveries WHERE status = 'done'"


def kill_worker(site: Site) -> None:
    site.kill("worker")
    let_claims_grow_old(site)
    site.start("worker")


def kill_child(site: Site) -> None:
    """The worker itself lives on and replaces it."""
    worker = psutil.Process(site.processes["worker"].pid)
    eventually(worker.children)
    random.choice(worker.children()).kill()


def are_done(site: Site, count: int) -> bool:
    return bool(site.value(DONE) >= count)


def strike(
    site: Site, applications: int, blows: Sequence[Callable[[Site], None]], last: int
) -> None:
    """Fill the queue, then strike at random moments, before ``last`` deliveries are done."""
    site.kill("worker")
    submit(site, applications)
    eventually(lambda: site.value("SELECT count(*) FROM deliveries") == 2 * applications)
    site.start("worker")
    moments = sorted(random.sample(range(last), len(blows)))
    for moment, blow in zip(moments, blows, strict=True):
        eventually(partial(are_done, site, moment))
        blow(site)


def test_no_event_is_lost_whatever_dies(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    applications = scale(60, 2700)
    kills, children, flushes = scale(2, 100), scale(4, 100), scale(2, 5)
    blows = [kill_worker] * kills + [kill_child] * children + [flush_redis] * flushes
    random.shuffle(blows)
    deliveries = DELIVERIES_EACH * applications
    strike(site, applications, blows, last=deliveries - len(blows))
    eventually(lambda: site.value(DONE) == deliveries, within=600)
    let_claims_grow_old(site)
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
    strike(site, 30, [flush_redis], last=10)
    assert left_behind(site) > 0
    site.start("scheduler")
    wait_until_handled(site, 31)
    check_each_was_handled_once(site)
