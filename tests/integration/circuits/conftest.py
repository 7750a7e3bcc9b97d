"""An external service behind a circuit; it works or fails as the test says."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.circuits.guard import circuit
from app.circuits.models import CircuitRecord
from app.circuits.queries import list_circuits

NAME = "elsewhere"
PAUSE_IS_OVER = text("UPDATE circuits SET next_probe_at = now() WHERE state <> 'closed'")


class Outage(Exception):
    """The service is down."""


class Service:
    """The service; ``calls`` counts the calls that reached it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.calls = 0
        self.error: Exception | None = None

    def call(self) -> None:
        with circuit(NAME, is_failure=lambda error: isinstance(error, Outage)):
            self.calls += 1
            if self.error:
                raise self.error

    def fail(self, times: int) -> None:
        self.error = Outage()
        for _ in range(times):
            with pytest.raises(Outage):
                self.call()
        self.error = None

    def end_pause(self) -> None:
        """End the pause, or the time for the probe."""
        self._session.execute(PAUSE_IS_OVER)
        self._session.commit()

    def record(self) -> CircuitRecord:
        self._session.rollback()
        [record] = list_circuits(self._session)
        return record


@pytest.fixture
def service(session: Session) -> Service:
    return Service(session)


@pytest.fixture
def most(app: Flask) -> int:
    """The number of failures in a row that open a circuit."""
    most: int = app.config["SITE"].CIRCUIT_MAX_FAILURES
    return most


@pytest.fixture
def news(session: Session) -> Callable[[], list[str]]:
    """The types of the events about the circuit, in order."""

    def news() -> list[str]:
        wanted = text("SELECT type FROM events WHERE stream = :stream ORDER BY version")
        return list(session.scalars(wanted, {"stream": f"circuit-{NAME}"}))

    return news
