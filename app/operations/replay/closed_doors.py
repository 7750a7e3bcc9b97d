"""Keeping handlers that are only rehearsed inside the transaction that will be rolled back: they
can open no connection, send no task, start no program or thread, and write no file.

The doors are closed to the handler alone; other threads go on serving requests. What was open
before is not noticed: a connection that is kept, a file, a thread that takes work.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from sqlalchemy import event
from sqlalchemy.pool import Pool

# What CPython's audit hooks report before it happens (PEP 578).
DOORS = {
    "socket.connect": "another server",
    "socket.getaddrinfo": "another server",
    "socket.sendto": "another server",
    "subprocess.Popen": "another program",
    "os.system": "another program",
    "os.posix_spawn": "another program",
    "os.exec": "another program",
    "os.fork": "another program",
    "os.forkpty": "another program",
}
FILES = {
    "open",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
}
TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# Python writes bytecode there when a module is imported for the first time.
COMPILED = "__pycache__"
start_thread = threading.Thread.start
_tried: ContextVar[list[str] | None] = ContextVar("tried", default=None)


class ReachedOut(Exception):
    """The handler tried something that a rollback can't undo."""


@contextmanager
def doors_closed() -> Iterator[list[str]]:
    """Refuse every attempt to reach out in this block, and collect them: a handler may catch the
    refusal and go on."""
    _watch()
    tried: list[str] = []
    token = _tried.set(tried)
    try:
        yield tried
    finally:
        _tried.reset(token)


def refuse(what: str) -> None:
    """Raise ReachedOut if the doors are closed."""
    tried = _tried.get()
    if tried is not None:
        tried.append(what)
        raise ReachedOut(what)


@cache
def _watch() -> None:
    """Install the hooks, with the first preview; an audit hook can't be removed again."""
    sys.addaudithook(_hear)
    event.listen(Pool, "checkout", lambda *_: refuse("another transaction"))
    # CPython 3.11 has no audit event for this.
    threading.Thread.start = _start  # type: ignore[method-assign, assignment]


def _start(thread: threading.Thread) -> None:
    refuse("another thread")
    start_thread(thread)


def _hear(name: str, details: tuple[object, ...]) -> None:
    if name in DOORS:
        refuse(f"{DOORS[name]}: {details[1]}" if name == "socket.connect" else DOORS[name])
    elif name in FILES and _tried.get() is not None and _changes_a_file(name, details):
        refuse(f"a file: {details[0]}")


def _changes_a_file(name: str, details: tuple[object, ...]) -> bool:
    if COMPILED in str(details[0]):
        return False
    if name != "open":
        return True
    path, _, flags = details
    return not isinstance(path, int) and isinstance(flags, int) and bool(flags & TO_WRITE)
