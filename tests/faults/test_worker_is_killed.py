"""The worker is killed in the middle of its handlers, with a full queue."""

from collections.abc import Callable

from tests.faults.handled import (
    QUEUE,
    check_each_was_handled_once,
    left_behind,
    locked,
    standing_still,
    wait_until_handled,
)
from tests.prospects import submit
from tests.site import Site, eventually

CHILDREN = 2


def kill_worker_in_its_handlers(site: Site, count: int) -> int:
    """Kill the worker while each of its children is scoring; return how many tasks are queued."""
    with locked(site, "scores"):
        submit(site, count)
        eventually(lambda: standing_still(site, "scores") == CHILDREN)
        site.kill("worker")
    with site.broker() as broker:
        return int(broker.llen(QUEUE))


def test_a_worker_killed_in_its_handlers_loses_and_duplicates_nothing(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count = scale(14, 400)
    queued = kill_worker_in_its_handlers(site, count)
    assert queued > CHILDREN, "an idle queue proves nothing"
    site.start("worker")
    wait_until_handled(site, count)
    repeats = check_each_was_handled_once(site)
    note(
        f"worker killed in {CHILDREN} handlers with {queued} tasks behind them:"
        f" {count} applications, each handled once, {repeats} mails repeated"
    )


def test_without_the_sweep_the_deliveries_being_handled_would_be_lost(site: Site) -> None:
    """The control: no scheduler runs."""
    site.kill("scheduler")
    kill_worker_in_its_handlers(site, 5)
    site.start("worker")
    assert left_behind(site) >= CHILDREN
    site.start("scheduler")
    wait_until_handled(site, 6)
    check_each_was_handled_once(site)
