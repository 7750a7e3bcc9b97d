"""The scheduler's clock was hours ahead and is set right again: the sweep goes on at once."""

from pathlib import Path

from redis import Redis as RedisClient

from app.background import beat_schedule
from config import load_config
from local.commands import procfile, shell
from local.ports import HOST
from local.process import Process
from tests.faults.handled import QUEUE
from tests.faults.troubles import Clock
from tests.site import Site, eventually

USUAL = " --scheduler celery.beat:PersistentScheduler"


class Scheduler:
    """A scheduler that reads ``clock``, and a database of Redis of its own that it sends to."""

    def __init__(self, site: Site, clock: Clock, folder: Path, database: int, more: str) -> None:
        folder.mkdir()
        self._broker = RedisClient(host=HOST, port=site.redis.port, db=database)
        environ = {
            **site.settings,
            **clock.settings,
            "REDIS_URL": f"redis://{HOST}:{site.redis.port}/{database}",
            "VAR_DIR": str(folder),
        }
        command = shell(procfile()["scheduler"] + more)
        self._tasks = len(beat_schedule(load_config(environ)))
        self.process = Process(folder.name, command, log=folder / "log", environ=environ)

    def sent(self) -> int:
        return int(self._broker.llen(QUEUE))

    def sends_on(self) -> None:
        """Return once it has sent so many more that each task has had its turn by this clock."""
        before = self.sent()
        eventually(lambda: self.sent() >= before + self._tasks)


def test_a_clock_that_is_set_back_does_not_stop_the_sweep(site: Site, tmp_path: Path) -> None:
    """The control runs beside it: Celery's usual scheduler falls silent."""
    clock = Clock(tmp_path / "shift")
    ours = Scheduler(site, clock, tmp_path / "ours", 1, "")
    usual = Scheduler(site, clock, tmp_path / "usual", 2, USUAL)
    both = (ours, usual)
    try:
        for scheduler in both:
            scheduler.process.start()
        for hours in (0, 2):
            clock.jump(hours)
            for scheduler in both:
                scheduler.sends_on()
        clock.jump(0)
        eventually(lambda: falls_silent_beside(ours, usual))
        clock.jump(-2)
        ours.sends_on()
    finally:
        for scheduler in both:
            scheduler.process.stop()


def falls_silent_beside(ours: Scheduler, usual: Scheduler) -> bool:
    """Whether the usual one sends nothing while ours goes on; what it had begun, it may end."""
    before = usual.sent()
    ours.sends_on()
    return usual.sent() == before
