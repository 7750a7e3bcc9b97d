"""The relay is killed between its commit and its send, with a full queue."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.handled import check_each_was_handled_once, left_behind, wait_until_handled
from tests.prospects import submit
from tests.site import Site, eventually


@contextmanager
def redis_frozen(site: Site) -> Iterator[None]:
    """Inside, Redis accepts connections and bytes but never answers."""
    assert site.redis.pid
    os.kill(site.redis.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(site.redis.pid, signal.SIGCONT)


def kill_relay_before_it_sends(site: Site, count: int) -> int:
    """Kill the relay; return how many deliveries it had committed and not sent."""
    site.kill("relay")
    submit(site, count)
    with redis_frozen(site):
        site.start("relay")
        eventually(lambda: site.value("SELECT count(*) FROM events WHERE relayed_at IS NULL") == 0)
        site.kill("relay")
        return int(site.value("SELECT count(*) FROM deliveries WHERE sent_at IS NOT NULL"))


def test_a_relay_killed_before_it_sends_loses_and_duplicates_nothing(
    site: Site, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    count = scale(12, 400)
    unsent = kill_relay_before_it_sends(site, count)
    assert unsent == 4 * count
    site.start("relay")
    wait_until_handled(site, count)
    repeats = check_each_was_handled_once(site)
    note(
        f"relay killed with {unsent} deliveries committed and not sent:"
        f" {count} applications, each handled once, {repeats} mails repeated"
    )


def test_without_the_sweep_the_deliveries_not_yet_sent_would_be_lost(site: Site) -> None:
    """The control: no scheduler runs."""
    site.kill("scheduler")
    unsent = kill_relay_before_it_sends(site, 5)
    site.start("relay")
    # One command may have reached Redis before it froze.
    assert left_behind(site) >= unsent - 1
    site.start("scheduler")
    wait_until_handled(site, 6)
    check_each_was_handled_once(site)
