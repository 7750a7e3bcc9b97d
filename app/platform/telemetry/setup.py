"""The app's tracer, if a collector is configured."""

from flask import Flask

from config import Config


def init_telemetry(app: Flask, config: Config) -> None:
    """Give the app its tracer, or none."""
    app.extensions["tracer"] = None
    if config.OTEL_EXPORTER_OTLP_ENDPOINT:
        # Imported only here: it slows each process's start, and many sites have no collector.
        from app.platform.telemetry.otlp import OtlpTracer  # noqa: PLC0415

        app.extensions["tracer"] = OtlpTracer(
            config.OTEL_EXPORTER_OTLP_ENDPOINT, config.OTEL_SERVICE_NAME
        )


def close_telemetry(app: Flask) -> None:
    """Send what is left of this process's spans."""
    if app.extensions["tracer"]:
        app.extensions["tracer"].close()
