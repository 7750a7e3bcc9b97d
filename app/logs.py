"""Structured logs: one JSON object per line in production, readable lines elsewhere.

A line carries the correlation id of its trace and no personal data: a page logs its route, never
its address; a subscriber logs its event's id, never the payload.
"""

import logging
import sys
import time
from contextlib import suppress
from typing import TextIO, cast

import msgspec
import structlog
from flask import Flask, Response, g, request
from structlog.typing import Processor

from app.web.request_trace import UNREMARKABLE
from config import Config

log = structlog.get_logger()

# Libraries that log every step; our own logs say the same, with the trace.
CHATTY = ("alembic", "celery", "werkzeug")
# Its errors quote addresses; the code that uses it logs each failure.
INDISCREET = ("pika",)

# One list, changed in place: a logger cached under an earlier configuration follows this one, and
# tests that capture logs see its output.
PROCESSORS: list[Processor] = []


class Stdout:
    """The standard output, which drops what it can't write: the disk that takes the log may be full
    or its reader gone, and what a line tells of has been done."""

    def write(self, line: str) -> None:
        with suppress(OSError):
            sys.stdout.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stdout.flush()


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
        # Straight to stdout: going through the standard library would cost more than all the rest.
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Stdout())),
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
    # The default traceback would print the values of local variables.
    return structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )


def init_logs(app: Flask) -> None:
    """Log one line per request."""

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
    """Log the line of a request. ``started_at`` is in time.perf_counter()'s seconds."""
    seconds = time.perf_counter() - started_at if started_at else 0
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))
