"""/healthz, /readyz and /metrics."""

import hmac

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST

from app.monitoring.metrics import render_metrics
from app.monitoring.readiness import can_serve, look_at_parts
from app.platform.settings import current_config
from config import Config

monitoring = Blueprint("monitoring", __name__)


@monitoring.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Whether the process lives: it answers."""
    return jsonify(status="ok")


@monitoring.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Whether the process can serve, with a word on each part."""
    parts = look_at_parts()
    ready = can_serve(parts)
    return jsonify(status="ok" if ready else "unavailable", **parts), 200 if ready else 503


@monitoring.get("/metrics")
def metrics() -> ResponseReturnValue:
    """The metrics, for those who may read them."""
    if not _may_read_metrics(current_config()):
        abort(404)
    return Response(render_metrics(), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(config: Config) -> bool:
    """With the token; without one configured, anybody outside production."""
    if not config.METRICS_TOKEN:
        return config.ENVIRONMENT != "production"
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(offered.encode(), config.METRICS_TOKEN.encode())
