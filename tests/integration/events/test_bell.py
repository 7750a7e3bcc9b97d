import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Thread

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.bell import CHANNEL, Bell, listening
from app.events.store import record
from app.events.types import RecordedEvent
from tests.integration.events.conftest import PERSON, new_stream

PATIENCE = 10.0
SOON = 0.2


class Ear:
    """Hears whether the bell rings."""

    def __init__(self, dsn: str, channel: str = CHANNEL) -> None:
        self._dsn = dsn
        self._channel = channel
        self._listens = Event()
        self._rung = Event()
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()
        assert self._listens.wait(PATIENCE)

    def _listen(self) -> None:
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"LISTEN {self._channel}")
            self._listens.set()
            for _ in connection.notifies(timeout=PATIENCE, stop_after=1):
                self._rung.set()

    def hears(self, within: float = PATIENCE) -> bool:
        return self._rung.wait(within)

    def close(self) -> None:
        """End its thread, which would otherwise outlive the server."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"NOTIFY {self._channel}")
        self._thread.join()


@pytest.fixture
def dsn(app: Flask) -> str:
    return str(app.config["SITE"].DATABASE_URL)


@pytest.fixture
def ear(app: Flask, dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    """Listen to a bell of its own: an earlier test has rung the site's."""
    channel = f"rung_{secrets.token_hex(4)}"
    monkeypatch.setitem(app.extensions, "bell", Bell(dsn, channel))
    with closing(Ear(dsn, channel)) as ear:
        yield ear


def test_a_recorded_event_rings_the_bell_after_its_commit(
    ear: Ear, record_event: Callable[..., RecordedEvent]
) -> None:
    record_event()
    assert ear.hears()


def test_nothing_rings_before_the_commit_or_after_a_rollback(ear: Ear, session: Session) -> None:
    record(session, new_stream(), MoreProvided(message="hello"), actor="prospect", person=PERSON)
    assert not ear.hears(within=SOON)
    session.rollback()
    assert not ear.hears(within=SOON)


def test_the_bell_rings_again_after_its_connection_was_cut(dsn: str, postgres: object) -> None:
    bell = Bell(dsn)
    first = Ear(dsn)
    bell.ring()
    assert first.hears()
    second = Ear(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'NOTIFY%'"
        )
    # The ring that finds the connection dead may be lost; the relay's poll makes up for it.
    bell.ring()
    for _ in range(100):
        if second.hears(within=0.05):
            break
        bell.ring()
    assert second.hears(within=0)


def test_ringing_the_bell_never_raises_and_never_blocks() -> None:
    Bell("postgresql://127.0.0.1:1/nowhere").ring()


def test_the_listener_returns_when_the_bell_rings_or_its_timeout_passes(dsn: str) -> None:
    with listening(dsn) as listener:
        listener.wait(0.01)
        began = time.monotonic()
        Bell(dsn).ring()
        listener.wait(PATIENCE)
        assert time.monotonic() - began < PATIENCE
