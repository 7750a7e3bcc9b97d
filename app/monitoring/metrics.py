"""The site's metrics for Prometheus, taken from the database, so that every web process reports the
same."""

from collections.abc import Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from sqlalchemy.orm import Session

from app.applications.intake.standing import intake_figures
from app.bridges.queries import bridge_figures
from app.chat.queries import count_unsent_chat_by_status
from app.circuits.queries import list_circuits
from app.erasures.ledger import count_not_entered
from app.events.canary import canary_age
from app.events.delivery.figures import FlowFigures, flow_figures
from app.events.delivery.totals import Totals, delivery_totals
from app.events.due import seconds_late
from app.events.integrity.checkpoints import seconds_unsigned
from app.notifications.queries import count_unsent_mail_by_status
from app.platform.database import db
from app.platform.outbound_hold.service import seconds_outbound_held
from app.webhooks.queries import (
    count_disabled_endpoints,
    count_undelivered_by_status,
    place_figures,
)

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

# The counters began with the log, not with the response that they are in.
disable_created_metrics()  # type: ignore[no-untyped-call]


def render_metrics() -> bytes:
    registry, session = CollectorRegistry(), db.session()
    flow = flow_figures(session)
    figures = (
        *_figures_of_log(session, flow),
        *_figures_of_ways_out(session),
        *_figures_of_intake(session),
    )
    for name, meaning, value in figures:
        Gauge(name, meaning, registry=registry).set(value)
    _add_unsent(registry, session)
    _add_circuits(registry, session)
    _add_subscribers(registry, session, flow)
    _add_bridges(registry, session)
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
        ("outbound_held_seconds", "Since when nothing is sent", seconds_outbound_held(session)),
        ("webhook_endpoints_disabled", "Endpoints that failed or are gone", disabled),
        ("webhook_lag_events", "Events without their messages", place.lag),
        ("webhook_oldest_seconds", "Age of the oldest", place.oldest_seconds),
    )


def _figures_of_intake(session: Session) -> Sequence[Figure]:
    intake = intake_figures(session)
    if intake is None:
        return ()
    return (
        ("intake_position", "Commands dealt with, by their offsets", intake.position),
        ("intake_lag_commands", "Commands to be dealt with", intake.lag),
        ("intake_refused", "Commands that became dead letters", intake.refused),
        ("intake_silent_seconds", "Since the intake was last at work", intake.silent_seconds),
    )


def _add_unsent(registry: CollectorRegistry, session: Session) -> None:
    for name, meaning, counts in (
        ("mail_messages", "Mail not sent", count_unsent_mail_by_status(session)),
        ("chat_messages", "Chat messages not sent", count_unsent_chat_by_status(session)),
        ("webhook_messages", "Webhooks not delivered", count_undelivered_by_status(session)),
    ):
        unsent = Gauge(name, f"{meaning}, by their state", ["status"], registry=registry)
        for status, count in counts.items():
            unsent.labels(status).set(count)


def _add_circuits(registry: CollectorRegistry, session: Session) -> None:
    opened = Gauge("circuit_open", "1: the service is left alone", ["name"], registry=registry)
    for circuit in list_circuits(session):
        opened.labels(circuit.name).set(circuit.state != "closed")


def _add_subscribers(registry: CollectorRegistry, session: Session, flow: FlowFigures) -> None:
    labels = ["subscriber"]
    for name, (meaning, field) in SUBSCRIBER_GAUGES.items():
        gauge = Gauge(name, meaning, labels, registry=registry)
        for row in flow.subscribers:
            gauge.labels(row.name).set(getattr(row, field))
    done = Counter("deliveries_done", "Deliveries done", labels, registry=registry)
    tries = Counter("delivery_tries", "Tries that ended, well or not", labels, registry=registry)
    totals = delivery_totals(session)
    for row in flow.subscribers:
        total = totals.get(row.name, Totals())
        done.labels(row.name).inc(total.done)
        tries.labels(row.name).inc(total.tries)


def _add_bridges(registry: CollectorRegistry, session: Session) -> None:
    labels = ["bridge"]
    lag = Gauge("bridge_lag_events", "Events to be sent", labels, registry=registry)
    oldest = Gauge("bridge_oldest_seconds", "Age of the oldest", labels, registry=registry)
    failures = Gauge("bridge_failures", "Tries since a success", labels, registry=registry)
    passed_over = Gauge("bridge_passed_over", "Events never taken", labels, registry=registry)
    paused = Gauge("bridge_paused", "1: nothing is sent to it for now", labels, registry=registry)
    for row in bridge_figures(session):
        lag.labels(row.name).set(row.lag)
        oldest.labels(row.name).set(row.oldest_seconds)
        failures.labels(row.name).set(row.failures)
        passed_over.labels(row.name).set(row.passed_over)
        paused.labels(row.name).set(row.paused_at is not None)
