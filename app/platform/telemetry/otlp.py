"""Sending spans to a collector: OpenTelemetry's SDK, OTLP over HTTP.

A thread in each process sends them in batches. While the collector is away or slow they pile up to
a limit, then the oldest are dropped; the code that makes them never waits.
"""

import logging
from collections.abc import Sequence
from contextvars import ContextVar, Token
from multiprocessing.util import Finalize, register_after_fork
from threading import Thread
from types import TracebackType

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from app.platform.telemetry.context import SpanContext
from app.platform.telemetry.spans import Attributes, Kind, Span

EXPORT_SECONDS = 3.0
BATCH_MS = 1000
# How long an ending process waits for its last batch.
CLOSE_SECONDS = 2.0
MOST_LINKS = 1000
# One line per lost batch, and none per try.
logging.getLogger("opentelemetry").setLevel(logging.ERROR)

_wanted: ContextVar[SpanContext] = ContextVar("wanted")


class WantedIds(RandomIdGenerator):
    """Gives the span being started the ids that it should have; random ones if it has none."""

    def generate_trace_id(self) -> int:
        return int(_wanted.get().trace_id or "0", 16) or super().generate_trace_id()

    def generate_span_id(self) -> int:
        return int(_wanted.get().span_id or "0", 16) or super().generate_span_id()


class SentSpan(Span):
    """A span that goes to the collector when it ends."""

    _entered: Token[otel.Context]

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def __enter__(self) -> "SentSpan":
        self._entered = otel.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind:
            self.fail(kind.__name__)
        otel.detach(self._entered)
        self.end()

    def describe(self, attributes: Attributes) -> None:
        self._span.set_attributes(attributes)

    def fail(self, kind: str) -> None:
        self._span.set_status(trace.StatusCode.ERROR)
        self._span.set_attribute(ERROR_TYPE, kind)

    def end(self) -> None:
        self._span.end()


class OtlpTracer:
    """Sends to the collector at ``endpoint``, to which OTLP's path for traces is added."""

    def __init__(self, endpoint: str, service_name: str) -> None:
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS)
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: service_name}),
            id_generator=WantedIds(),
            span_limits=SpanLimits(max_links=MOST_LINKS),
            shutdown_on_exit=False,
        )
        # The processor restarts in a forked child, with a new thread and an empty queue.
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, schedule_delay_millis=BATCH_MS)
        )
        self._tracer = self._provider.get_tracer("app")
        self._close_at_exit()
        # A forked worker of the web server drops its parent's exit handlers.
        register_after_fork(self, OtlpTracer._close_at_exit)

    def start(
        self,
        name: str,
        kind: Kind,
        attributes: Attributes,
        context: SpanContext,
        parent_id: str,
        links: Sequence[SpanContext],
        since: int | None,
    ) -> Span:
        wanted = _wanted.set(context)
        try:
            started = self._tracer.start_span(
                name,
                _surroundings(context.trace_id, parent_id),
                trace.SpanKind[kind.upper()],
                attributes,
                [trace.Link(_remote(link)) for link in links],
                since,
            )
        finally:
            _wanted.reset(wanted)
        return SentSpan(started)

    def current(self) -> Span:
        return SentSpan(trace.get_current_span())

    def _close_at_exit(self) -> None:
        """Unlike atexit's functions, this runs in forked workers too."""
        Finalize(None, self.close, exitpriority=0)

    def close(self) -> None:
        """Send what is left, unless that takes the collector longer than CLOSE_SECONDS."""
        closing = Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)


def _surroundings(trace_id: str, parent_id: str) -> otel.Context | None:
    """The context in which the new span starts; None stands for the current one."""
    current = trace.get_current_span().get_span_context()
    if current.is_valid and trace_id in {"", trace.format_trace_id(current.trace_id)}:
        return None
    if parent_id:
        parent = trace.NonRecordingSpan(_remote(SpanContext(trace_id, parent_id)))
        return trace.set_span_in_context(parent, otel.Context())
    return otel.Context()


def _remote(context: SpanContext) -> trace.SpanContext:
    return trace.SpanContext(
        int(context.trace_id, 16),
        int(context.span_id, 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
