"""Whether there is a collector, and what speaks to it."""

from flask import Flask

from config import Config


def init_telemetry(app: Flask, config: Config) -> None:
    """Give the app its tracer, or none."""
    app.extensions["tracer"] = None
    if config.OTEL_EXPORTER_OTLP_ENDPOINT:
        # It would lengthen each process's start, and many a site has no collector.
        from app.telemetry.otlp import OtlpTracer  # noqa: PLC0415

        app.extensions["tracer"] = OtlpTracer(
            config.OTEL_EXPORTER_OTLP_ENDPOINT, config.OTEL_SERVICE_NAME
        )


def close_telemetry(app: Flask) -> None:
    """Send what is left of this process's spans."""
    if app.extensions["tracer"]:
        app.extensions["tracer"].close()
