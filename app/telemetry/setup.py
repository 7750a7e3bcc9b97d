"""Whether there is a collector, and what speaks to it."""

from importlib import import_module

from flask import Flask

from config import Config


def init_telemetry(app: Flask, config: Config) -> None:
    """Give the app its tracer, or none."""
    app.extensions["tracer"] = None
    if config.OTEL_EXPORTER_OTLP_ENDPOINT:
        # What is not used is not loaded.
        otlp = import_module("app.telemetry.otlp")
        app.extensions["tracer"] = otlp.OtlpTracer(
            config.OTEL_EXPORTER_OTLP_ENDPOINT, config.OTEL_SERVICE_NAME
        )


def close_telemetry(app: Flask) -> None:
    """Send what is left of this process's spans."""
    if app.extensions["tracer"]:
        app.extensions["tracer"].close()
