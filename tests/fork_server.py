"""A process that has loaded the site's code once and forks the site's processes from itself:
``python -m tests.fork_server FD``, where FD is the socket for requests.

Loading the code takes a process far longer than setting up the site, and tests start some two
hundred processes. A request has what a normal start has: the command, the environment and where the
output goes; the process leads its own session. It is forked before anything is connected or any
thread runs, and then runs its command.
"""

import json
import os
import runpy
import selectors
import shutil
import socket
import sys
from contextlib import suppress
from typing import NamedTuple

from local.launch import die_with

LARGEST_REQUEST = 1_000_000
PRELOADED = (
    *("app", "flask.cli", "granian.cli", "granian.server"),
    *("celery.bin.celery", "celery.bin.worker", "celery.bin.beat", "celery.apps.worker"),
    *("celery.apps.beat", "celery.concurrency.prefork", "kombu.transport.redis"),
)


class Request(NamedTuple):
    """A request for a process. ``command`` is a Python program on the PATH in ``environ``, or
    ``python -m`` and a module, with arguments. ``log`` receives its output. ``answers`` receives
    its process id and, when it has ended, its return code, in Popen's form."""

    command: list[str]
    environ: dict[str, str]
    stop_signal: int
    log: int
    answers: socket.socket

    def tell(self, number: int) -> None:
        with suppress(BrokenPipeError):  # whoever has asked may be gone
            self.answers.sendall(b"%d\n" % number)


def serve(control: socket.socket) -> Request | None:
    """Fork for each request. Returns the request in the child, and None in this process when the
    other side has closed the socket."""
    server = os.getpid()
    running: dict[int, tuple[int, Request]] = {}
    with control, selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            [(key, _), *_] = selector.select()
            if key.fd in running:
                selector.unregister(key.fd)
                pid, ended = running.pop(key.fd)
                os.close(key.fd)
                ended.tell(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
                ended.answers.close()
                continue
            request = read_from(control)
            if not request:
                return None
            pid = os.fork()
            if not pid:
                os.setsid()
                die_with(server, request.stop_signal)
                for ending, (_, other) in running.items():
                    os.close(ending)
                    other.answers.close()
                return request
            os.close(request.log)
            ending = os.pidfd_open(pid)
            running[ending] = pid, request
            selector.register(ending, selectors.EVENT_READ)


def read_from(control: socket.socket) -> Request | None:
    """The next request; None if the other side has closed the socket."""
    words, fds, _, _ = socket.recv_fds(control, LARGEST_REQUEST, 2)
    if not words:
        return None
    log, answers = fds
    return Request(**json.loads(words), log=log, answers=socket.socket(fileno=answers))


def meet(request: Request) -> None:
    """Run the requested command in this process."""
    with request.answers:
        request.tell(os.getpid())
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, standard in ((nothing, 0), (request.log, 1), (request.log, 2)):
        os.dup2(source, standard)
    os.close(nothing)
    os.close(request.log)
    os.environ.clear()
    os.environ.update(request.environ)
    program, *arguments = request.command
    if program == "python":
        _, module, *arguments = arguments
        sys.argv = [module, *arguments]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        path = shutil.which(program)
        assert path, f"there is no {program}"
        sys.argv = [path, *arguments]
        runpy.run_path(path, run_name="__main__")


def main() -> None:
    for name in PRELOADED:
        __import__(name)
    if request := serve(socket.socket(fileno=int(sys.argv[1]))):
        meet(request)


if __name__ == "__main__":
    main()
