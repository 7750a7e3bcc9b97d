"""The doorbell: tells the relay, after a commit, that events are waiting.

A separate thread rings it with Postgres NOTIFY, so that neither the commit (a NOTIFY inside it
would serialise all commits) nor the request waits for it, and many rings in a row become one. A
lost ring costs one poll interval, never an event. `benchmarks/ring.py` compares the alternatives.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import structlog
from flask import Flask, current_app

from app.platform.database import CONNECT_TIMEOUT, is_readable, kind_of
from app.platform.database.deadline import BoundedConnection

CHANNEL = "events_recorded"
# The pause after a ring: under load, one ring covers all the commits made during it.
QUIET_SECONDS = 0.01
log = structlog.get_logger()


class Bell:
    """Rings a channel on the database at ``dsn``. ``ring`` returns immediately and never raises."""

    def __init__(self, dsn: str, channel: str = CHANNEL) -> None:
        self._dsn = dsn
        self._channel = channel
        self._wanted = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        self._wanted.set()
        # A forked child inherits the object but not the thread.
        if self._thread is None or not self._thread.is_alive():
            with self._starting:
                if self._thread is None or not self._thread.is_alive():
                    self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            try:
                with BoundedConnection.connect(
                    self._dsn, autocommit=True, connect_timeout=CONNECT_TIMEOUT
                ) as connection:
                    # Nobody waits for a ring to be durable.
                    connection.execute("SET synchronous_commit = off")
                    while self._wanted.wait():
                        self._wanted.clear()
                        connection.execute(f"NOTIFY {self._channel}")
                        time.sleep(QUIET_SECONDS)
            except psycopg.Error as error:
                self._wanted.clear()
                log.warning("bell.unreachable", error=kind_of(error))


def init_bell(app: Flask, dsn: str, channel: str = CHANNEL) -> None:
    app.extensions["bell"] = Bell(dsn, channel)


def ring() -> None:
    """Ring the current app's bell."""
    current_app.extensions["bell"].ring()


class Listener:
    """The relay's end of the doorbell."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def wait(self, seconds: float) -> None:
        """Return at the next ring, or after ``seconds``. Raises psycopg.Error if the connection is
        lost."""
        if is_readable(self._connection, within=seconds):
            for _ in self._connection.notifies(timeout=0):
                pass


@contextmanager
def listening(dsn: str, channel: str = CHANNEL) -> Iterator[Listener]:
    connecting = BoundedConnection.connect(dsn, autocommit=True, connect_timeout=CONNECT_TIMEOUT)
    with connecting as connection:
        connection.execute(f"LISTEN {channel}")
        yield Listener(connection)
