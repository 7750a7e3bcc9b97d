"""What can go wrong: killed processes, full servers, network partitions, clock jumps."""

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil
from redis.exceptions import RedisError

from local.process import Process
from tests.faults.wire import State, Wire
from tests.site import Site, eventually, is_gone, kill

SHIFTED = Path(__file__).with_name("shifted")
HOURS_OFF = (-2, 2)
STOP_GRACE = 10.0
BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class Clock:
    """The wall clock of all processes of the site, which they read from ``file``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.settings = {"PYTHONPATH": str(SHIFTED), "SHIFTED_CLOCK": str(file)}
        self.jump(0)

    def jump(self, hours: int) -> None:
        """Shift the clock by that many hours from now on."""
        written = self._file.with_suffix(".new")
        written.write_text(str(hours * 3600))
        written.replace(self._file)


class Victim(NamedTuple):
    site: Site
    wire: Wire
    clock: Clock


def kill_one(victims: Callable[[], list[int]]) -> None:
    """Kill one of these processes, as soon as there is one."""

    def struck() -> bool:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            if pids := victims():
                os.kill(random.choice(pids), signal.SIGKILL)
                return True
        return False

    eventually(struck)


def itself(process: Process) -> list[int]:
    return [process.pid] if process.pid and process.is_running else []


def children(process: Process) -> list[int]:
    return [child.pid for child in psutil.Process(process.pid).children(recursive=True)]


def kills(victim: Victim) -> dict[str, Callable[[], None]]:
    """Ways to kill a process of the site or of its servers, by the victim's name."""
    site = victim.site
    killed: dict[str, Callable[[], list[int]]] = {
        **{name: partial(itself, process) for name, process in site.processes.items()},
        "a child of web": partial(children, site.processes["web"]),
        "a child of worker": partial(children, site.processes["worker"]),
        "Redis": partial(itself, site.redis),
        "a Postgres backend": lambda: [pid for (pid,) in site.rows(BACKENDS)],
        "Postgres": partial(itself, site.postgres),
    }
    return {name: partial(kill_one, victims) for name, victims in killed.items()}


Trouble = Callable[[], AbstractContextManager[None]]


def troubles(victim: Victim) -> dict[str, Trouble]:
    """Troubles that last for a while, by name."""
    return {
        **{
            f"Redis {state.value}": partial(cut_off, victim.wire, state)
            for state in (State.HALF_OPEN, State.RESET, State.REFUSED)
        },
        "Redis full": partial(full_redis, victim.site),
        "Postgres restarted": partial(restarted, victim.site.postgres),
        "a clock hours off": partial(wrong_clock, victim.clock),
        "calm": nullcontext,
    }


@contextmanager
def cut_off(wire: Wire, state: State) -> Iterator[None]:
    wire.become(state)
    yield
    wire.become(State.WHOLE)


@contextmanager
def full_redis(site: Site) -> Iterator[None]:
    set_memory(site, 1)
    yield
    set_memory(site, 0)


def set_memory(site: Site, most: int) -> None:
    """Limit Redis's memory to ``most`` bytes, or remove the limit with 0; it may be down now."""

    def done() -> bool:
        with suppress(RedisError), site.broker() as broker:
            return bool(broker.config_set("maxmemory", most))
        return False

    eventually(done)


@contextmanager
def restarted(server: Process) -> Iterator[None]:
    """Stop the server, or kill it if it does not end, as any platform does; whatever keeps it
    running starts it again. (Postgres 18 hangs if it is told to stop during recovery.)"""
    pid = server.pid
    assert pid, "it has never run"
    server.request_stop()
    try:
        eventually(partial(is_gone, server, pid), within=STOP_GRACE)
    except AssertionError:
        kill(server)
    yield


@contextmanager
def wrong_clock(clock: Clock) -> Iterator[None]:
    clock.jump(random.choice(HOURS_OFF))
    yield
    clock.jump(0)
