"""Spans: what was done, from when to when, as part of what.

Without a collector there is one span object, which does nothing, and no exporter is even loaded.
An attribute is an id, a kind or a number: never an address, a name, or what an error quotes.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal, Protocol, Self

from flask import current_app

from app.telemetry.context import SpanContext

Kind = Literal["server", "client", "producer", "consumer"]
Attributes = Mapping[str, str | int]


class Span:
    """A span that goes nowhere, and what one that is sent can do.

    Within ``with`` it is the parent of the spans of its trace, and it ends behind it. An exception
    that passes through makes it a failed one.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def describe(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, kind: str) -> None:
        """Say that what it is about has failed, and in what way."""

    def end(self) -> None:
        """End it, where there is no ``with``; one that never ends is never sent."""


NO_SPAN = Span()


class Tracer(Protocol):
    def start(
        self,
        name: str,
        kind: Kind,
        attributes: Attributes,
        context: SpanContext,
        parent_id: str,
        links: Sequence[SpanContext],
        since: int | None,
    ) -> Span: ...

    def current(self) -> Span: ...

    def close(self) -> None: ...


def span(
    name: str,
    kind: Kind,
    attributes: Attributes,
    *,
    trace_id: str = "",
    span_id: str = "",
    parent_id: str = "",
    links: Sequence[SpanContext] = (),
    since: int | None = None,
) -> Span:
    """Start a span, now or at ``since`` (nanoseconds).

    It belongs to the span in whose ``with`` this is called if that is of the trace ``trace_id`` (or
    none is given), else to ``parent_id``, else to nothing. ``span_id`` is its own; empty: random.
    """
    tracer = _tracer()
    if tracer is None:
        return NO_SPAN
    context = SpanContext(trace_id, span_id)
    return tracer.start(name, kind, attributes, context, parent_id, links, since)


def current_span() -> Span:
    """The span in whose ``with`` this is called."""
    tracer = _tracer()
    return tracer.current() if tracer else NO_SPAN


def is_collecting() -> bool:
    """Whether spans go anywhere, for what only they need."""
    return _tracer() is not None


def _tracer() -> Tracer | None:
    tracer: Tracer | None = current_app.extensions["tracer"]
    return tracer
