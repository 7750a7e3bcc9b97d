"""A program that we run: in a session of its own, its output in a file, ended when we end."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from config import ROOT

LAUNCHER = Path(__file__).with_name("launch.py")
LOG_LINES_SHOWN = 15


class ServerFailed(Exception):
    """A program ended, or did not become ready. The message ends with the last lines of its log."""


class Child(Protocol):
    """A program that was started, as Popen knows it."""

    pid: int
    returncode: int | Any

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


class Process:
    """``command``, started and stopped as often as needed; ``log`` is appended to.

    ``user`` is the user to run as (as root only); ``ready`` says whether the program serves, and is
    asked for up to ``ready_within`` seconds; ``grace`` is how many seconds it may take to stop.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        user: str | None = None,
        ready: Callable[[], bool] = lambda: True,
        ready_within: float = 30,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace: float = 10,
    ) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._environ = environ
        self._user = user
        self._ready = ready
        self._ready_within = ready_within
        self._stop_signal = stop_signal
        self._grace = grace
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the program itself; None before the first start."""
        return self._child.pid if self._child else None

    @property
    def is_running(self) -> bool:
        if self._child is None or self._child.returncode is not None:
            return False
        if self._child.poll() is None:
            return True
        self._kill_group()
        return False

    @property
    def ending(self) -> str:
        """How it last ended: "exit code 3", "SIGKILL"."""
        if self._child is None or self.is_running:
            return "not at all"
        code = self._child.returncode
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def start(self) -> None:
        """Start it and return when it is ready. Raises ServerFailed."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it and return immediately."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = self._spawn(log)

    def _spawn(self, log: IO[bytes]) -> Child:
        how = [str(os.getpid()), str(int(self._stop_signal)), self._user or ""]
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), *how, *self._command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=self._environ,
            cwd=ROOT,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        """Return when it is ready. Raises ServerFailed, leaving nothing running."""
        deadline = time.monotonic() + self._ready_within
        pause = 0.02
        while not self._ready():
            if not self.is_running:
                raise ServerFailed(f"{self.name} ended ({self.ending}). {self._last_words()}")
            if time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(
                    f"{self.name} was not ready after {self._ready_within:g} s."
                    f" {self._last_words()}"
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.25)

    def stop(self) -> None:
        """Stop it, gently first. Does nothing if it does not run."""
        self.request_stop()
        self.wait_until_stopped()

    def request_stop(self) -> None:
        if self._child and self.is_running:
            self._child.send_signal(self._stop_signal)

    def wait_until_stopped(self) -> None:
        if self._child is None or not self.is_running:
            return
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(self._grace)
        self._kill_group()
        self._child.wait()

    def _kill_group(self) -> None:
        """Kill the program, and any children that outlived it."""
        if self._child:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def _last_words(self) -> str:
        with self.log.open(errors="replace") as log:
            lines = deque(log, maxlen=LOG_LINES_SHOWN)
        return "\n  ".join([f"The end of {self.log}:", *map(str.rstrip, lines)])
