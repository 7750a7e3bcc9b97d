"""The doors that are closed while handlers are only rehearsed: no connection, no task and no
program leaves the transaction that is going to be rolled back."""

import sys
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
}
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


def _hear(name: str, details: tuple[object, ...]) -> None:
    if name in DOORS:
        refuse(f"{DOORS[name]}: {details[1]}" if name == "socket.connect" else DOORS[name])
