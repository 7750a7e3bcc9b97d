"""Structured logs: one JSON object a line in production, readable lines elsewhere.

A line carries the correlation id of its trace and no personal data: pages log their route, never
their address; a subscriber its event's id, never its payload.
"""

import logging
import sys
import time

import msgspec
import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from app.web.request_trace import UNREMARKABLE
from config import Config

log = structlog.get_logger()

# Libraries that tell of each thing they do; ours says the same with its trace.
CHATTY = ("alembic", "celery", "werkzeug")
# Its errors quote addresses; whoever uses it tells of each failure.
INDISCREET = ("pika",)

# One list for good: a logger that was kept under an earlier configuration follows this one, and a
# test that listens in hears it.
PROCESSORS: list[Processor] = []


def configure_logging(config: Config) -> None:
    """Send structlog's and the standard library's records through one formatter to stdout."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered: list[Processor] = [structlog.processors.format_exc_info, _renderer(config)]
    PROCESSORS[:] = [*shared, *rendered]
    structlog.configure(
        processors=PROCESSORS,
        # Straight to stdout: a way through the standard library would cost more than the rest.
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        wrapper_class=structlog.make_filtering_bound_logger(config.LOG_LEVEL),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=config.LOG_LEVEL.upper(), force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in INDISCREET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _renderer(config: Config) -> Processor:
    if config.ENVIRONMENT == "production":
        return structlog.processors.JSONRenderer(
            serializer=lambda value, **_: msgspec.json.encode(value, enc_hook=str).decode()
        )
    # Its own choice of traceback would print the values of local variables.
    return structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )


def init_logs(app: Flask) -> None:
    """Give each request one line."""

    @app.before_request
    def begin() -> None:
        g.started_at = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        if request.endpoint not in UNREMARKABLE:
            route = request.url_rule.rule if request.url_rule else None
            log_request(request.method, route, response.status_code, g.get("started_at"))
        return response


def log_request(method: str, route: str | None, status: int, started_at: float | None) -> None:
    """The line of a request. ``started_at`` is by the clock of time.perf_counter()."""
    seconds = time.perf_counter() - started_at if started_at else 0
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
