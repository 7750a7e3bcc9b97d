"""Each request's trace: the id that it shares with all that follows from it, and its span.

Both can begin outside: the site continues what a trusted proxy offers, a W3C `traceparent` or a
plain `X-Request-ID`. The span names the route, never the path, which may contain a token.
"""

from collections.abc import Mapping
from http import HTTPMethod
from typing import Any

from flask import Flask, Response, g, request

from app.events.tracing import start_trace
from app.platform.telemetry.context import SpanContext, read_traceparent, trace_id_of
from app.platform.telemetry.spans import NO_SPAN, Span, is_collecting, span
from config import Config

# Static files and health checks would bury the rest.
UNREMARKABLE = {"assets.asset", "monitoring.healthz", "monitoring.readyz"}


def init_request_trace(app: Flask, config: Config) -> None:
    @app.before_request
    def begin() -> None:
        outer, offered = offered_trace(request.environ, config)
        g.request_id = start_trace(offered)
        g.span = _request_span(g.request_id, outer)
        g.span.__enter__()

    @app.after_request
    def describe(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if "span" in g:
            g.span.describe({"http.response.status_code": response.status_code})
            if response.status_code >= 500:
                g.span.fail(str(response.status_code))
        return response

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        if "span" in g:
            g.pop("span").__exit__(type(error) if error else None, error, None)


def offered_trace(
    environ: Mapping[str, Any], config: Config
) -> tuple[SpanContext | None, str | None]:
    """The span that a trusted proxy began, and the id of its trace, if it offers them."""
    if not config.TRUSTED_PROXIES:
        return None, None
    outer = read_traceparent(environ.get("HTTP_TRACEPARENT", ""))
    return outer, outer.trace_id if outer else environ.get("HTTP_X_REQUEST_ID")


def _request_span(request_id: str, outer: SpanContext | None) -> Span:
    if not is_collecting() or request.endpoint in UNREMARKABLE:
        return NO_SPAN
    # A method can be any word that somebody sends.
    known = request.method in HTTPMethod.__members__
    route = request.url_rule.rule if request.url_rule else ""
    attributes = {
        "http.request.method": request.method if known else "_OTHER",
        "url.scheme": request.scheme,
    }
    return span(
        f"{request.method if known else 'HTTP'} {route}".strip(),
        "server",
        attributes | ({"http.route": route} if route else {}),
        trace_id=trace_id_of(request_id),
        parent_id=outer.span_id if outer else "",
    )
