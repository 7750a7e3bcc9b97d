"""Promise 16: of several schedulers one acts, and when it dies another takes over."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.schedulers import USUAL, Scheduler
from tests.site import Site, eventually, kill

TOGETHER = 3
TAKEN_OVER_WITHIN = 30.0


@contextmanager
def schedulers(site: Site, folder: Path, more: str = "") -> Iterator[list[Scheduler]]:
    """Several schedulers on one database, and no others."""
    site.kill("scheduler")
    several = [
        Scheduler(site, folder / f"scheduler-{number}", number, more=more)
        for number in range(1, TOGETHER + 1)
    ]
    try:
        for scheduler in several:
            scheduler.process.start()
        yield several
    finally:
        for scheduler in several:
            scheduler.process.stop()


def counts(several: Sequence[Scheduler]) -> list[int]:
    return [scheduler.sent() for scheduler in several]


def who_acts(several: Sequence[Scheduler], since: Sequence[int]) -> list[Scheduler]:
    """The schedulers that have sent more tasks than they had at ``since``."""
    pairs = zip(several, since, strict=True)
    return [scheduler for scheduler, before in pairs if scheduler.sent() > before]


def kill_who_acts(several: Sequence[Scheduler], since: Sequence[int]) -> Scheduler:
    """Kill the scheduler that has acted since then, after checking that it is the only one."""
    (leader,) = who_acts(several, since)
    leader.wait_for_a_task()
    assert who_acts(several, since) == [leader]
    kill(leader.process)
    return leader


def seconds_until_another_acts(several: Sequence[Scheduler], since: Sequence[int]) -> float:
    begun = time.monotonic()
    eventually(lambda: who_acts(several, since), within=TAKEN_OVER_WITHIN)
    return time.monotonic() - begun


def test_one_scheduler_acts_and_another_takes_over_when_it_dies(
    site: Site, tmp_path: Path, scale: Callable[[int, int], int], note: Callable[[str], None]
) -> None:
    kills, since, waits = scale(2, 50), [0] * TOGETHER, []
    with schedulers(site, tmp_path) as several:
        seconds_until_another_acts(several, since)
        for _ in range(kills):
            dead = kill_who_acts(several, since)
            since = counts(several)
            waits.append(seconds_until_another_acts(several, since))
            dead.process.start()
    note(
        f"of {TOGETHER} schedulers the one that acts killed {kills} times: never two at work,"
        f" another took over within {max(waits):.0f} s"
    )


def test_without_the_lock_every_scheduler_would_act(site: Site, tmp_path: Path) -> None:
    """The control."""
    with schedulers(site, tmp_path, more=USUAL) as several:
        eventually(lambda: len(who_acts(several, [0] * TOGETHER)) == TOGETHER)
