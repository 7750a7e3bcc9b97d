"""Spans: what was done, from when to when, as part of what.

Without a collector there is one span object, which does nothing, and the exporter is not even
imported. An attribute is an id, a kind or a number: never an address, a name, or an error's text.
"""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Literal, Protocol, Self

from flask import current_app

from app.platform.telemetry.context import SpanContext

Kind = Literal["server", "client", "producer", "consumer"]
Attributes = Mapping[str, str | int]


class Span:
    """The interface of a span, and the span that goes nowhere.

    Inside its ``with`` block it is the parent of the spans of its trace, and it ends with the
    block. An exception that leaves the block marks it as failed.
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
        """Mark it as failed, with the kind of failure."""

    def end(self) -> None:
        """End it, if it is used without ``with``; a span that never ends is never sent."""


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

    Its parent is the span in whose ``with`` block this is called, if that is of the trace
    ``trace_id`` (or none is given); else ``parent_id``; else none. ``span_id`` is its own id; a
    random one if empty.
    """
    tracer = _tracer()
    if tracer is None:
        return NO_SPAN
    context = SpanContext(trace_id, span_id)
    return tracer.start(name, kind, attributes, context, parent_id, links, since)


def current_span() -> Span:
    """The span in whose ``with`` block this is called."""
    tracer = _tracer()
    return tracer.current() if tracer else NO_SPAN


def is_collecting() -> bool:
    """Whether spans go anywhere; if not, work that only they need can be skipped."""
    return _tracer() is not None


def _tracer() -> Tracer | None:
    tracer: Tracer | None = current_app.extensions["tracer"]
    return tracer
