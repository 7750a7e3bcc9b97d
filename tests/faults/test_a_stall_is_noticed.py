"""Promise 8: the age of the canary shows that events have stalled, wherever that is, even while
nobody submits anything."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from urllib.request import urlopen

import pytest

from local.ports import HOST
from local.postgres import Postgres
from local.redis import Redis
from tests.faults.troubles import children, cut_off, itself
from tests.faults.wire import State, Wire
from tests.site import Site, eventually, prepared_site

CANARY_SECONDS = 1
LOOK = 0.5  # the figures cost the site more than a query
# In production 60, with a canary every 30 seconds.
TOO_OLD = 4.0
FIGURE = re.compile(r"^([a-z_]+)(?:{.*})? (\S+)$", re.MULTILINE)
OTHERS = ("events_unrelayed", "deliveries_behind", "deliveries_waiting", "scheduled_late_seconds")


@pytest.fixture(scope="module")
def site_with_canary(postgres: Postgres, redis_and_wire: tuple[Redis, Wire]) -> Iterator[Site]:
    """A site with a canary; it shares only the wire with the other tests' site."""
    server, wire = redis_and_wire
    settings = {
        "REDIS_URL": f"redis://{HOST}:{wire.port}/1",
        "CANARY_SECONDS": str(CANARY_SECONDS),
    }
    with prepared_site(postgres, server, settings) as site:
        yield site


@pytest.fixture
def watched(site_with_canary: Site, wire: Wire) -> Site:
    """The site with every process running and the canary arriving."""
    wire.become(State.WHOLE)
    stopped = [n for n, process in site_with_canary.processes.items() if not process.is_running]
    if stopped:
        site_with_canary.start(*stopped)
    eventually(lambda: age(site_with_canary) < TOO_OLD, every=LOOK)
    return site_with_canary


@contextmanager
def killed(site: Site, name: str) -> Iterator[None]:
    site.kill(name)
    yield
    site.start(name)


@contextmanager
def stopped(site: Site, name: str) -> Iterator[None]:
    """Inside, the process and its children exist but do nothing."""
    process = site.processes[name]
    pids = [*children(process), *itself(process)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


STALLS: dict[str, Callable[[Site, Wire], AbstractContextManager[None]]] = {
    "a stopped worker": lambda site, _: stopped(site, "worker"),
    "a killed relay": lambda site, _: killed(site, "relay"),
    "a killed scheduler": lambda site, _: killed(site, "scheduler"),
    "half-open sockets to Redis": lambda _, wire: cut_off(wire, State.HALF_OPEN),
}


def figures(site: Site) -> dict[str, float]:
    """The values at /metrics; the highest where a metric has several."""
    with urlopen(f"{site.url}/metrics") as answer:
        told = FIGURE.findall(answer.read().decode())
    return {name: max(float(v) for n, v in told if n == name) for name, _ in told}


def age(site: Site) -> float:
    return figures(site)["canary_age_seconds"]


@pytest.mark.parametrize("stall", STALLS)
def test_a_stall_is_noticed_and_so_is_its_end(
    watched: Site, wire: Wire, stall: str, note: Callable[[str], None]
) -> None:
    with watched.kept_running() if "Redis" in stall else nullcontext():
        with STALLS[stall](watched, wire):
            eventually(lambda: age(watched) > TOO_OLD, every=LOOK)
        eventually(lambda: age(watched) < TOO_OLD, every=LOOK)
    note(f"{stall}: the canary grew older than {TOO_OLD:.0f} s, and was young again afterwards")


def test_without_the_canary_no_metric_would_show_a_dead_worker(watched: Site) -> None:
    """The control: the other metrics look healthy while nobody submits anything."""
    with killed(watched, "worker"):
        eventually(lambda: age(watched) > TOO_OLD, every=LOOK)
        told = figures(watched)
        assert {name: told[name] for name in OTHERS} == dict.fromkeys(OTHERS, 0.0)
