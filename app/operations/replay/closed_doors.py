"""The doors that are closed while handlers are only rehearsed: no connection, no task, no program,
no thread and no file leaves the transaction that is going to be rolled back.

Closed for the handler alone: other threads serve requests meanwhile. What was opened before is not
seen: a connection that is kept, a file, a thread that takes work.
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

# What CPython itself reports before it happens (PEP 578).
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
# Python keeps there what it has compiled of a module that is imported for the first time.
COMPILED = "__pycache__"
start_thread = threading.Thread.start
_tried: ContextVar[list[str] | None] = ContextVar("tried", default=None)


class ReachedOut(Exception):
    """The handler wanted something that no rollback could take back."""


@contextmanager
def doors_closed() -> Iterator[list[str]]:
    """Refuse whatever reaches out within it, and collect what that was: a handler may go on."""
    _watch()
    tried: list[str] = []
    token = _tried.set(tried)
    try:
        yield tried
    finally:
        _tried.reset(token)


def refuse(what: str) -> None:
    """Raise ReachedOut where the doors are closed."""
    tried = _tried.get()
    if tried is not None:
        tried.append(what)
        raise ReachedOut(what)


@cache
def _watch() -> None:
    """From the first preview on; a hook of CPython's can't be taken away again."""
    sys.addaudithook(_hear)
    event.listen(Pool, "checkout", lambda *_: refuse("another transaction"))
    # No hook of CPython 3.11 tells of it.
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
