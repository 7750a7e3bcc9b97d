"""The scheduler's clock was hours ahead and is set right again: the sweep goes on at once."""

from pathlib import Path

from tests.faults.schedulers import USUAL, Scheduler
from tests.faults.troubles import Clock
from tests.site import Site, eventually


def test_a_clock_that_is_set_back_does_not_stop_the_sweep(site: Site, tmp_path: Path) -> None:
    """The control runs beside it: Celery's usual scheduler falls silent."""
    site.kill("scheduler")
    clock = Clock(tmp_path / "shift")
    ours = Scheduler(site, tmp_path / "ours", 1, settings=clock.settings)
    usual = Scheduler(site, tmp_path / "usual", 2, more=USUAL, settings=clock.settings)
    both = (ours, usual)
    try:
        for scheduler in both:
            scheduler.process.start()
            scheduler.sends_on()
        eventually(lambda: falls_silent_beside(ours, usual, clock))
        clock.jump(-2)
        ours.sends_on()
    finally:
        for scheduler in both:
            scheduler.process.stop()


def falls_silent_beside(ours: Scheduler, usual: Scheduler, clock: Clock) -> bool:
    """Set the clock back once both went by one that was ahead. Return whether the usual one sends
    nothing then while ours goes on: what it was just sending it may end, and goes on with where it
    notes the time of that by the clock that is right."""
    clock.jump(2)
    for scheduler in (ours, usual):
        scheduler.sends_on()
    clock.jump(0)
    before = usual.sent()
    ours.sends_on()
    return usual.sent() == before
