"""For the operator: does the process live, can it serve, and where do events pile up."""

import hmac
from collections.abc import Sequence
from functools import cache

import redis
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.bridges.queries import bridge_figures
from app.chat.queries import count_unsent_chat_by_status
from app.circuits.queries import list_circuits
from app.database import db
from app.erasures.ledger import count_not_entered
from app.events.canary import canary_age
from app.events.delivery.figures import FlowFigures, flow_figures
from app.events.delivery.totals import Totals, delivery_totals
from app.events.due import seconds_late
from app.events.integrity.checkpoints import seconds_unsigned
from app.events.log import has_moved
from app.extensions import migrate
from app.grants import can_read, owns_log
from app.hold.service import seconds_held
from app.notifications.queries import count_unsent_mail_by_status
from app.webhooks.queries import (
    count_disabled_endpoints,
    count_undelivered_by_status,
    place_figures,
)
from config import Config

BROKER_TIMEOUT = 1.0
AHEAD = "ahead: a newer release's"
ALL = "all: the site owns its tables, and could change the log"

# A gauge's name, its meaning, and its value now.
Figure = tuple[str, str, float]

SUBSCRIBER_GAUGES = {
    "deliveries_behind": ("Events to be handled, relayed or not", "behind"),
    "deliveries_oldest_seconds": ("Age of the oldest of these", "oldest_seconds"),
    "deliveries_waiting": ("Deliveries to be done", "waiting"),
    "deliveries_retrying": ("Of these, failed before", "retrying"),
    "deliveries_dead": ("Dead letters", "dead"),
    "subscriber_paused": ("1: nothing is delivered to it for now", "is_paused"),
}

# The counters are as old as the log, not as the answer that they stand in.
disable_created_metrics()  # type: ignore[no-untyped-call]

operation = Blueprint("operation", __name__)


@operation.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process lives."""
    return jsonify(status="ok")


@operation.get("/readyz")
def readyz() -> ResponseReturnValue:
    """It can serve: each part named. The broker is reported, but the site serves without."""
    checks = {
        "database": _database(),
        "migrations": _migrations(),
        "rights": _rights(),
        "log": _log(),
        "broker": _broker(),
    }
    ready = (
        checks["database"] == checks["log"] == "ok"
        and checks["migrations"] in {"ok", AHEAD}
        and checks["rights"] in {"ok", ALL}
    )
    return jsonify(status="ok" if ready else "unavailable", **checks), 200 if ready else 503


@operation.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus figures, read from the database, so that every web process tells the same."""
    if not _may_read_metrics(current_app.config["SITE"]):
        abort(404)
    return Response(_render_metrics(), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(config: Config) -> bool:
    """With the token; without one configured, anybody outside production."""
    if not config.METRICS_TOKEN:
        return config.ENVIRONMENT != "production"
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(offered.encode(), config.METRICS_TOKEN.encode())


def _render_metrics() -> bytes:
    registry, session = CollectorRegistry(), db.session()
    flow = flow_figures(session)
    for name, meaning, value in (*_figures_of_log(session, flow), *_figures_of_ways_out(session)):
        Gauge(name, meaning, registry=registry).set(value)
    for name, meaning, counts in (
        ("mail_messages", "Mail not sent", count_unsent_mail_by_status(session)),
        ("chat_messages", "Chat messages not sent", count_unsent_chat_by_status(session)),
        ("webhook_messages", "Webhooks not delivered", count_undelivered_by_status(session)),
    ):
        waiting = Gauge(name, f"{meaning}, by their state", ["status"], registry=registry)
        for status, count in counts.items():
            waiting.labels(status).set(count)
    opened = Gauge("circuit_open", "1: the service is left alone", ["name"], registry=registry)
    for circuit in list_circuits(session):
        opened.labels(circuit.name).set(circuit.state != "closed")
    _tell_of_subscribers(registry, flow)
    _add_bridges(registry)
    return generate_latest(registry)


def _figures_of_log(session: Session, flow: FlowFigures) -> Sequence[Figure]:
    unrelayed_for, unsigned_for = flow.unrelayed_oldest_seconds, seconds_unsigned(session)
    return (
        ("events_unrelayed", "Events that the relay has not read", flow.unrelayed),
        ("events_last_position", "Position of the last event", flow.last_position),
        ("events_unrelayed_oldest_seconds", "Age of the oldest of them", unrelayed_for),
        ("events_unsigned_oldest_seconds", "Age of the first event in no checkpoint", unsigned_for),
        ("canary_age_seconds", "Since the canary last arrived", canary_age(session)),
        ("scheduled_late_seconds", "Lateness of scheduled events", seconds_late(session)),
        ("erasures_not_entered", "Erasures that the ledger lacks", count_not_entered(session)),
    )


def _figures_of_ways_out(session: Session) -> Sequence[Figure]:
    place, disabled = place_figures(session), count_disabled_endpoints(session)
    return (
        ("outbound_held_seconds", "Since when nothing is sent", seconds_held(session)),
        ("webhook_endpoints_disabled", "Endpoints that failed or are gone", disabled),
        ("webhook_lag_events", "Events without their messages", place.lag),
        ("webhook_oldest_seconds", "Age of the oldest", place.oldest_seconds),
    )


def _tell_of_subscribers(registry: CollectorRegistry, figures: FlowFigures) -> None:
    labels = ["subscriber"]
    for name, (meaning, field) in SUBSCRIBER_GAUGES.items():
        gauge = Gauge(name, meaning, labels, registry=registry)
        for row in figures.subscribers:
            gauge.labels(row.name).set(getattr(row, field))
    done = Counter("deliveries_done", "Deliveries done", labels, registry=registry)
    tries = Counter("delivery_tries", "Tries that ended, well or not", labels, registry=registry)
    totals = delivery_totals(db.session())
    for row in figures.subscribers:
        total = totals.get(row.name, Totals())
        done.labels(row.name).inc(total.done)
        tries.labels(row.name).inc(total.tries)


def _add_bridges(registry: CollectorRegistry) -> None:
    labels = ["bridge"]
    lag = Gauge("bridge_lag_events", "Events to be sent", labels, registry=registry)
    oldest = Gauge("bridge_oldest_seconds", "Age of the oldest", labels, registry=registry)
    failures = Gauge("bridge_failures", "Tries since a success", labels, registry=registry)
    passed_over = Gauge("bridge_passed_over", "Events never taken", labels, registry=registry)
    paused = Gauge("bridge_paused", "1 while staff hold it back", labels, registry=registry)
    for row in bridge_figures(db.session()):
        lag.labels(row.name).set(row.lag)
        oldest.labels(row.name).set(row.oldest_seconds)
        failures.labels(row.name).set(row.failures)
        passed_over.labels(row.name).set(row.passed_over)
        paused.labels(row.name).set(row.paused_at is not None)


def _database() -> str:
    try:
        db.session.execute(db.text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        with db.engine.connect() as connection:
            at = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError:
        return "unknown"
    heads, known = _revisions()
    if set(at) == heads:
        return "ok"
    return "behind: run `flask db upgrade`" if known.issuperset(at) else AHEAD


@cache
def _revisions() -> tuple[frozenset[str], frozenset[str]]:
    """The heads of this release's migrations, and all of them."""
    migrations = ScriptDirectory.from_config(migrate.get_config())
    known = frozenset(one.revision for one in migrations.walk_revisions())
    return frozenset(migrations.get_heads()), known


def _rights() -> str:
    try:
        with db.engine.connect() as connection:
            if owns_log(connection):
                return ALL
            return "ok" if can_read(connection) else "missing: run `flask db upgrade` as the owner"
    except SQLAlchemyError:
        return "unknown"


def _log() -> str:
    try:
        moved = has_moved(db.session())
    except SQLAlchemyError:
        db.session.rollback()
        return "unknown"
    return "moved: run `flask events restored`" if moved else "ok"


def _broker() -> str:
    url = current_app.config["SITE"].broker_url
    if not url.startswith("redis"):
        return "not checked"
    try:
        with redis.Redis.from_url(
            url, socket_timeout=BROKER_TIMEOUT, socket_connect_timeout=BROKER_TIMEOUT
        ) as client:
            client.ping()
    except redis.RedisError:
        return "unreachable: submissions are kept and handled when it is back"
    return "ok"
