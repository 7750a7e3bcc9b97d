"""Promises 5 and 6, with real workers: a stale worker changes nothing, and poison is isolated."""

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from app.events.delivery.handling import WORKER_ENDED
from tests.faults.careless import POISON, SLEEPER, SLEEPING, TRIES, working_oddly
from tests.faults.handled import DEAD, check_each_was_handled_once, wait_until_handled
from tests.prospects import submit
from tests.site import TABLES, Site, eventually

AT_ONCE = 2
LOOK = 0.3  # when the handlers have ended is in the database
LEASES = 3
SLOWER = 2
DEAD_AFTER = "SELECT attempts FROM deliveries WHERE status = 'dead'"
LATEST = "SELECT coalesce(max(position), 0) FROM events"
SCORED_SINCE = """
SELECT count(*), extract(epoch FROM percentile_cont(0.95) WITHIN GROUP (ORDER BY
    done_at - recorded_at))::float8
FROM deliveries JOIN events ON position = event_position
WHERE subscriber = 'scoring.score_fit' AND deliveries.status = 'done' AND position > %s
"""
SECONDS_AGO = """
SELECT extract(epoch FROM now() - max(recorded_at)) FROM events WHERE type = 'application.submitted'
"""


@pytest.fixture(scope="module", autouse=True)
def odd_worker(whole_site: Site) -> Iterator[None]:
    with working_oddly(whole_site):
        yield


def score(site: Site, least: int, until: Callable[[], bool]) -> tuple[int, float]:
    """Have applications scored in batches; return how many, and the 95th percentile of the seconds
    from an event to its score."""
    latest, sent = site.value(LATEST), 0
    while sent < least or not until():
        submit(site, AT_ONCE)
        sent += AT_ONCE
        eventually(partial(have_been_scored, site, latest, sent), every=LOOK)
    return site.rows(SCORED_SINCE, latest)[0]


def have_been_scored(site: Site, latest: int, count: int) -> bool:
    return bool(site.rows(SCORED_SINCE, latest)[0][0] == count)


def test_a_delivery_that_kills_its_worker_becomes_the_only_dead_letter(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    least = scale(8, 1000)
    score(site, 4, until=lambda: True)
    _, before = score(site, least, until=lambda: True)
    submit(site, 1, company=POISON)
    healthy, meanwhile = score(site, least, until=lambda: bool(site.rows(DEAD)))
    _, after = score(site, least, until=lambda: True)
    eventually(lambda: site.value("SELECT count(*) FROM deliveries WHERE status = 'waiting'") == 0)
    assert site.rows(DEAD) == [("scoring.score_fit", WORKER_ENDED)]
    assert site.value(DEAD_AFTER) == TRIES
    note(
        f"a handler that kills its process: dead after {TRIES} tries; meanwhile {healthy} healthy"
        f" events at a p95 of {1000 * meanwhile:.0f} ms, quiet {1000 * before:.0f} and"
        f" {1000 * after:.0f} ms"
    )
    # In `make test`, other tests load the machine unevenly at the same time.
    assert meanwhile < scale(20, SLOWER) * max(before, after)


def contents(site: Site) -> dict[str, str]:
    """A digest of each table's rows."""
    return {
        table: site.value(f"SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {table} t")
        for (table,) in site.rows(TABLES)
    }


def oversleep(site: Site) -> None:
    """Suspend a worker's process in the middle of a handler for three leases, while another does
    its delivery. Then let it continue, and check that nothing changes."""
    file = Path(site.settings["VAR_DIR"]) / SLEEPING
    stale = site.log("worker").count("delivery.stale")
    submit(site, 1, company=SLEEPER)
    eventually(lambda: file.exists() and file.read_text())
    sleeper = int(file.read_text())
    try:
        eventually(lambda: psutil.Process(sleeper).status() == psutil.STATUS_STOPPED)
        wait_until_handled(site, site.value("SELECT count(*) FROM applications"))
        slept = LEASES * float(site.settings["DELIVERY_LEASE_SECONDS"])
        eventually(lambda: site.value(SECONDS_AGO) > slept)
        before = contents(site)
    finally:
        os.kill(sleeper, signal.SIGCONT)
    eventually(lambda: site.log("worker").count("delivery.stale") > stale)
    assert contents(site) == before
    file.unlink()


def test_a_worker_that_slept_for_three_leases_changes_nothing(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    times = scale(1, 20)
    for _ in range(times):
        oversleep(site)
    check_each_was_handled_once(site)
    note(f"a worker stopped for {LEASES} leases in a handler, {times} times: 0 rows changed")
