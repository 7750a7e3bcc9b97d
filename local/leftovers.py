"""Finds and ends what a killed run left running: our own processes, never anybody else's.

A server is recognised by its working directory, anything else by the random mark of its run in its
environment, which descendants inherit.
"""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "LOCAL_RUN_MARK"
POLL = 0.02


def processes_in(directory: Path, program: str) -> list[psutil.Process]:
    """The processes called ``program`` whose working directory is ``directory``."""
    here = str(directory.resolve())
    return _select(lambda process: process.name() == program and process.cwd() == here)


def processes_marked(mark: str) -> list[psutil.Process]:
    """The processes that carry ``mark`` in their environment."""
    return _select(lambda process: process.environ().get(MARK) == mark)


def end_processes(
    processes: Sequence[psutil.Process], stop_signal: signal.Signals, grace: float = 10
) -> None:
    """Ask the topmost of these to stop, with their children; kill what still runs after ``grace``
    seconds."""
    pids = {process.pid for process in processes}
    for process in processes:
        with suppress(psutil.Error):
            if process.ppid() not in pids:
                process.send_signal(stop_signal)
    for process in _wait_for_end(processes, grace):
        with suppress(psutil.Error):
            process.kill()
    _wait_for_end(processes, grace)


def _wait_for_end(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Return once all have ended, or, after ``seconds``, those that have not."""
    deadline = time.monotonic() + seconds
    while (alive := [p for p in processes if is_alive(p)]) and time.monotonic() < deadline:
        time.sleep(POLL)
    return alive


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs."""
    # An orphan that has ended stays a zombie if process 1 does not reap orphans.
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _select(fits: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
    chosen = []
    for process in psutil.process_iter():
        # Another user's process can't be read; any process may end while we look at it.
        with suppress(psutil.Error):
            if fits(process):
                chosen.append(process)
    return chosen
