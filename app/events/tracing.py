"""The trace that joins a browser's request to the last event that follows from it."""

import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_correlation: ContextVar[str | None] = ContextVar("correlation", default=None)
_causation: ContextVar[str | None] = ContextVar("causation", default=None)

ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def start_trace(offered: str | None = None) -> str:
    """Begin a trace, under ``offered`` if that is a plain id, and name it in each log line."""
    correlation = offered if offered and ACCEPTABLE_ID.fullmatch(offered) else secrets.token_hex(16)
    _correlation.set(correlation)
    _causation.set(None)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(correlation_id=correlation)
    return correlation


@contextmanager
def caused_by(event_id: uuid.UUID, correlation_id: str) -> Iterator[None]:
    """Record events in this block as caused by that event, in its trace, and name both in each log
    line."""
    with (
        structlog.contextvars.bound_contextvars(event_id=str(event_id)),
        resuming(correlation_id, str(event_id)),
    ):
        yield


@contextmanager
def resuming(correlation_id: str, causation_id: str | None) -> Iterator[None]:
    """Record events in this block in that trace, as caused by that event."""
    correlation = _correlation.set(correlation_id)
    causation = _causation.set(causation_id)
    with structlog.contextvars.bound_contextvars(correlation_id=correlation_id):
        try:
            yield
        finally:
            _correlation.reset(correlation)
            _causation.reset(causation)


@contextmanager
def new_trace() -> Iterator[None]:
    """Record events in this block in a trace of their own, without a cause."""
    with resuming(secrets.token_hex(16), None):
        yield


def current_trace() -> tuple[str, str | None]:
    """The correlation id (a new one outside any trace) and the causing event's id, if any."""
    return _correlation.get() or start_trace(), _causation.get()
