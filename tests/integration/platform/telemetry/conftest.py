"""The site with a collector of spans."""

from collections.abc import Callable, Iterator

import msgspec
import pytest
from flask import Flask

from app.platform.telemetry.setup import close_telemetry, init_telemetry
from config import Config
from tests.collector import Collector


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture
def send_spans_to(
    app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Make the app send its spans to the collector at that address."""

    def send_to(endpoint: str) -> None:
        monkeypatch.setitem(app.extensions, "tracer", None)
        init_telemetry(app, msgspec.structs.replace(config, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint))

    return send_to


@pytest.fixture
def sent(
    app: Flask, collector: Collector, send_spans_to: Callable[[str], None]
) -> Iterator[Callable[[], Collector]]:
    """The app sends spans to the collector; call this to flush them."""
    send_spans_to(collector.url)

    def sent() -> Collector:
        close_telemetry(app)
        return collector

    yield sent
    close_telemetry(app)
