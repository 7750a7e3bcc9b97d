"""Additional schedulers, each with its own Redis database, which shows what it sends."""

from collections.abc import Mapping
from pathlib import Path

from redis import Redis as RedisClient

from local.commands import procfile, shell
from local.ports import HOST
from tests.faults.handled import QUEUE
from tests.forked_process import ForkedProcess
from tests.site import Site, eventually

USUAL = " --scheduler celery.beat:PersistentScheduler"


class Scheduler:
    """A scheduler on the site's database; ``more`` is appended to its command."""

    def __init__(
        self,
        site: Site,
        folder: Path,
        database: int,
        *,
        more: str = "",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir()
        self._broker = RedisClient(host=HOST, port=site.redis.port, db=database)
        environ = {
            **site.settings,
            **(settings or {}),
            "REDIS_URL": f"redis://{HOST}:{site.redis.port}/{database}",
            "VAR_DIR": str(folder),
        }
        command = shell(procfile()["scheduler"] + more)
        self.process = ForkedProcess(folder.name, command, log=folder / "log", environ=environ)

    def sent(self) -> int:
        return int(self._broker.llen(QUEUE))

    def wait_for_a_task(self) -> None:
        """Return once it has sent a task by this clock; one before may have been under way."""
        before = self.sent()
        eventually(lambda: self.sent() >= before + 2)
