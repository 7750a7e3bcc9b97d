"""A stand-in for an OpenTelemetry collector, which receives spans over HTTP and keeps them."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from local.ports import HOST


class Received(NamedTuple):
    """A received span. ``links`` are the traces and spans that it links to."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str | int]
    is_error: bool
    links: list[tuple[str, str]]
    nanoseconds: int


class Collector:
    """The collector. ``spans`` are those received, ``bodies`` the messages that had them. While
    ``hanging`` is set it reads messages and never answers. Entering it starts it at ``url``."""

    def __init__(self) -> None:
        self.spans: list[Received] = []
        self.bodies: list[bytes] = []
        self.hanging = threading.Event()
        self._released = threading.Event()
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self._take))
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}"

    def named(self, name: str) -> list[Received]:
        return [span for span in list(self.spans) if span.name == name]

    def reset(self) -> None:
        self.spans.clear()
        self.bodies.clear()

    def _take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces", path
        self.bodies.append(body)
        if self.hanging.is_set():
            self._released.wait()
            return
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [_received(about["service.name"], span) for span in scope.spans]

    def __enter__(self) -> "Collector":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(take: Callable[[str, bytes], None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler


def _received(service: str, span: Span) -> Received:
    return Received(
        service=service,
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes={
            one.key: one.value.string_value or one.value.int_value for one in span.attributes
        },
        is_error=span.status.code == Status.STATUS_CODE_ERROR,
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        nanoseconds=span.end_time_unix_nano - span.start_time_unix_nano,
    )
