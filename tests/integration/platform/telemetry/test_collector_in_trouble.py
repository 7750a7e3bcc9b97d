"""A collector that is away or hangs costs spans and nothing else; without one there are no
spans."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from sqlalchemy.orm import Session

from app.platform.telemetry import otlp
from app.platform.telemetry.setup import close_telemetry
from app.platform.telemetry.spans import NO_SPAN, current_span, span
from config import ROOT
from local.ports import HOST, free_port
from tests.collector import Collector
from tests.site import eventually

# Well over the queue of 2048, so that it overflows.
MANY = 5000
# Waiting for the collector would take this long; no machine is so slow as to need half of it.
WHOLE_WAIT = 60.0
ASK = """
import sys
from app import create_app
create_app()
print(*{"opentelemetry.sdk.trace", "opentelemetry.exporter"} & set(sys.modules))
"""


@pytest.fixture(autouse=True)
def long_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """At the end, stop the threads still waiting for the collector: they ask `random` how long to
    wait, and Hypothesis would blame the next test for that."""
    exporters: list[OTLPSpanExporter] = []

    def make_exporter(endpoint: str, *, timeout: float) -> OTLPSpanExporter:
        exporters.append(OTLPSpanExporter(endpoint, timeout=timeout))
        return exporters[-1]

    before = senders()
    monkeypatch.setattr(otlp, "EXPORT_SECONDS", WHOLE_WAIT)
    monkeypatch.setattr(otlp, "OTLPSpanExporter", make_exporter)
    yield
    for exporter in exporters:
        exporter.shutdown()  # type: ignore[no-untyped-call]
    eventually(lambda: senders() <= before)


def senders() -> set[threading.Thread]:
    """This process's threads that send spans."""
    return {one for one in threading.enumerate() if one.name.startswith("OtelBatch")}


def end_many_spans() -> float:
    """End many spans. Returns the seconds that the slowest took."""
    slowest = 0.0
    for number in range(MANY):
        begun = time.perf_counter()
        with span("try", "client", {"number": number}):
            pass
        slowest = max(slowest, time.perf_counter() - begun)
    return slowest


def seconds_to_close(app: Flask) -> float:
    begun = time.perf_counter()
    close_telemetry(app)
    return time.perf_counter() - begun


def test_a_collector_that_hangs_holds_up_nothing(
    app: Flask,
    client: FlaskClient,
    collector: Collector,
    send_spans_to: Callable[[str], None],
) -> None:
    collector.hanging.set()
    send_spans_to(collector.url)
    assert client.get("/").status_code == 200
    eventually(lambda: collector.bodies)  # from here on, the sending thread waits for an answer
    assert end_many_spans() < WHOLE_WAIT / 2
    assert client.get("/").status_code == 200
    assert seconds_to_close(app) < WHOLE_WAIT / 2
    assert collector.spans == []


def test_a_collector_that_is_away_holds_up_nothing(
    app: Flask, client: FlaskClient, send_spans_to: Callable[[str], None]
) -> None:
    send_spans_to(f"http://{HOST}:{free_port()}")
    assert end_many_spans() < WHOLE_WAIT / 2
    assert client.get("/").status_code == 200
    assert seconds_to_close(app) < WHOLE_WAIT / 2


def test_without_a_collector_there_are_no_spans(session: Session) -> None:
    with span("try", "client", {}) as one:
        assert one is NO_SPAN is current_span()


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:1"])
def test_the_tracing_libraries_are_loaded_only_where_they_are_used(endpoint: str) -> None:
    environ = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "secret",
        "BASE_URL": "http://localhost",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
        "SMTP_URL": "smtp://127.0.0.1:1",
        "STAFF_MAIL": "staff@champlin.example",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(asked.stdout.split()) == (2 if endpoint else 0)
