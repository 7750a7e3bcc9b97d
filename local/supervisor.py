"""Starts processes in groups, restarts any that ends, and stops all in reverse order."""

import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from local.process import Process, ServerFailed

POLL = 0.25
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY_AFTER = 60.0


class Supervisor:
    """``say`` is given one line for each event worth telling."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._groups: list[Sequence[Process]] = []
        self._kept: list[_Kept] = []

    def start(self, *group: Process) -> None:
        """Start a group side by side and return when each is ready. Raises ServerFailed."""
        self._groups.append(group)
        for process in group:
            process.launch()
        for process in group:
            process.wait_until_ready()
        self._kept += [_Kept(process) for process in group]

    def watch(self) -> NoReturn:
        """Keep everything running, until an exception (as from Ctrl-C) ends the watch."""
        while True:
            for kept in self._kept:
                if sentence := kept.look():
                    self._say(sentence)
            time.sleep(POLL)

    def stop(self) -> None:
        """Stop every group, the last one first. Never raises for a process that has ended."""
        for group in reversed(self._groups):
            for process in group:
                process.request_stop()
            for process in group:
                process.wait_until_stopped()


class _Kept:
    """One process with the time of its next start, later each time that it ends."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._started_at = time.monotonic()
        self._due_at: float | None = None
        self._pause = FIRST_PAUSE

    def look(self) -> str:
        """Start the process again when it is due; return what is worth telling, or ""."""
        now = time.monotonic()
        if self._process.is_running:
            return ""
        if self._due_at is None:
            return self._plan_restart(now)
        if now >= self._due_at:
            self._restart(now)
        return ""

    def _plan_restart(self, now: float) -> str:
        if now - self._started_at > HEALTHY_AFTER:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self._due_at = now + pause
        process = self._process
        return (
            f"{process.name} ended ({process.ending}) and is started again in {pause:g} s;"
            f" its log is {process.log}"
        )

    def _restart(self, now: float) -> None:
        self._started_at, self._due_at = now, None
        try:
            self._process.start()
        except ServerFailed:
            # The next look finds it ended, says so, and waits longer.
            return
