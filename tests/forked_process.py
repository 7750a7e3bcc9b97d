"""A process of the site started by a fork server, which saves the CPU time of loading all code
again."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import IO, NamedTuple

from config import ROOT
from local.commands import command_environment
from local.process import Child, Process


class ForkedProcess(Process):
    """Like Process, for a command of the Procfile; started normally if the kernel is not Linux."""

    def _spawn(self, log: IO[bytes]) -> Child:
        environ = dict(self._environ or os.environ)
        if sys.platform != "linux":
            return super()._spawn(log)
        request = {
            "command": words(self._command, environ),
            "environ": environ,
            "stop_signal": int(self._stop_signal),
        }
        ours, theirs = socket.socketpair()
        with theirs:
            fds = [log.fileno(), theirs.fileno()]
            server = fork_server(environ.get("PYTHONPATH", ""))
            socket.send_fds(server.control, [json.dumps(request).encode()], fds)
        return Forked(self._command, ours)


class Forked:
    """What Popen is for a child process, for a child of the fork server."""

    def __init__(self, command: object, answers: socket.socket) -> None:
        self._command = command
        self._answers = answers.makefile("rb", buffering=0)
        answers.close()
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self._command), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def _look(self, timeout: float | None) -> int | None:
        """Wait for the return code, with or without a timeout in seconds; None if it still runs."""
        if self.returncode is None and select.select([self._answers], [], [], timeout)[0]:
            line = self._answers.readline()
            self._answers.close()
            # If the server is gone, its children ended with it.
            self.returncode = int(line) if line else -signal.SIGTERM
        return self.returncode


def words(command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The command that the shell of local.commands.shell would replace itself with."""
    shell, option, script = command
    shown = script.replace("exec", "printf '%s\\0'", 1)
    asked = subprocess.run([shell, option, shown], env=environ, capture_output=True, check=True)
    return asked.stdout.decode().rstrip("\0").split("\0")


class ForkServer(NamedTuple):
    """A fork server. It receives requests at ``control`` and ends when that is closed. If this
    process is killed, it ends too, with its children."""

    control: socket.socket
    process: subprocess.Popen[bytes]

    def end(self) -> None:
        self.control.close()
        self.process.wait()


@cache
def fork_server(python_path: str) -> ForkServer:
    """This process's fork server for code with that PYTHONPATH, since a folder on it may replace
    modules that the server has loaded."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            env={**command_environment(), "PYTHONPATH": python_path},
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    server = ForkServer(ours, process)
    atexit.register(server.end)
    return server
