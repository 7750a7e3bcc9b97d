"""The scheduler's clock was hours ahead and is set right: the sweep continues immediately."""

from pathlib import Path

from tests.faults.schedulers import USUAL, Scheduler
from tests.faults.troubles import Clock
from tests.site import Site, eventually


def test_a_clock_that_is_set_back_does_not_stop_the_sweep(site: Site, tmp_path: Path) -> None:
    """Celery's usual scheduler, which falls silent, runs alongside as the control."""
    site.kill("scheduler")
    clock = Clock(tmp_path / "shift")
    ours = Scheduler(site, tmp_path / "ours", 1, settings=clock.settings)
    usual = Scheduler(site, tmp_path / "usual", 2, more=USUAL, settings=clock.settings)
    both = (ours, usual)
    try:
        for scheduler in both:
            scheduler.process.start()
            scheduler.wait_for_a_task()
        eventually(lambda: falls_silent_beside(ours, usual, clock))
        clock.jump(-2)
        ours.wait_for_a_task()
    finally:
        for scheduler in both:
            scheduler.process.stop()


def falls_silent_beside(ours: Scheduler, usual: Scheduler, clock: Clock) -> bool:
    """Set the clock back after both have run on one that was ahead. Return whether the usual
    scheduler then sends nothing while ours continues. It may be sending a task at that moment; if
    it records that task's time by the corrected clock, it does continue."""
    clock.jump(2)
    for scheduler in (ours, usual):
        scheduler.wait_for_a_task()
    clock.jump(0)
    before = usual.sent()
    ours.wait_for_a_task()
    return usual.sent() == before
