"""Each alert uses metrics that exist, and links to its entry in the runbook."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.applications.intake.address import parse_intake
from app.circuits.models import CircuitRecord

DOCS = Path(__file__).parents[3] / "docs"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
RUNBOOK = (DOCS / "operations.md").read_text()
IN_PRODUCTION = {"ENVIRONMENT": "production", "WEBHOOK_ALLOW_PRIVATE": False}
FIGURE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
OF_THE_FLOW = (
    *("canary", "deliver", "erasures", "events", "outbound"),
    *("subscriber", "mail", "webhook", "bridge", "intake"),
)
ENTRIES = {
    heading.lower().replace(" ", "-")
    for heading in re.findall(r"^### (.+)$", RUNBOOK, re.MULTILINE)
}


@pytest.fixture
def told(
    app: Flask,
    client: FlaskClient,
    session: Session,
    change_settings: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> set[str]:
    """The names of all metrics, including those of a bridge, an intake and a chat channel."""
    change_settings(CHAT_WEBHOOK_URL="https://chat.example/hooks/1")
    monkeypatch.setitem(
        app.extensions, "intake", parse_intake("kafka://broker:9092/topic?group=site")
    )
    monkeypatch.setattr("app.bridges.queries.current_bridges", lambda: {"kafka": None})
    session.add(CircuitRecord(name="mended"))
    session.commit()
    lines = client.get("/metrics").text.splitlines()
    return {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_uses_existing_metrics_and_links_to_a_runbook_entry(
    rule: dict[str, Any], told: set[str]
) -> None:
    figures = set(FIGURE.findall(rule["expr"]))
    assert figures and figures <= told
    page, _, entry = rule["annotations"]["runbook"].partition("#")
    assert page == "operations.md" and entry in ENTRIES
    assert rule["annotations"]["summary"]


def test_every_metric_of_the_event_flow_has_an_alert_or_explains_one(told: set[str]) -> None:
    watched = {figure for rule in RULES for figure in FIGURE.findall(rule["expr"])}
    flow = {one for one in told if one.startswith(OF_THE_FLOW)}
    assert flow - watched == {
        "events_last_position",
        "events_unrelayed",
        "bridge_lag_events",
        "bridge_failures",
        "intake_position",
        "intake_lag_commands",
        "webhook_lag_events",
    }
    assert all(f"`{figure}" in RUNBOOK for figure in flow)


OF_A_SUBSCRIBER = [rule for rule in RULES if "deliver" in rule["expr"]]


@pytest.mark.parametrize("rule", OF_A_SUBSCRIBER, ids=lambda rule: rule["alert"])
def test_only_dead_letters_raise_an_alert_while_a_subscriber_is_paused(
    rule: dict[str, Any],
) -> None:
    """The runbook says to pause a subscriber that keeps failing, and that has to end its alert. Its
    failed deliveries wait for as long as the pause lasts."""
    expression, clause = rule["expr"].strip(), "and on (subscriber) subscriber_paused == 0"
    assert expression.endswith(clause) == (rule["alert"] != "DeadLetters")
    # "and" binds tighter than "or", so the clause would apply only to the last operand.
    assert " or" not in re.sub(r"^\(.*\)\s", "", expression, flags=re.DOTALL)


@pytest.mark.parametrize("waits", ["MailWaits", "ChatWaits"])
def test_a_message_being_sent_still_counts_as_waiting(waits: str) -> None:
    """With a server that is slow to refuse, its only mail is `sending` at every other scrape: an
    alert on `queued` alone would start over each time and never fire."""
    [expression] = [rule["expr"] for rule in RULES if rule["alert"] == waits]
    assert re.match(
        r'sum without \(status\) \(\w+_messages\{status=~"queued\|sending"\}\) > 0', expression
    )


@pytest.mark.parametrize("waits", ["MailWaits", "ChatWaits", "BridgeLags", "WebhooksWait"])
def test_the_alerts_for_waiting_messages_are_silent_during_the_hold_after_a_restore(
    waits: str,
) -> None:
    """Somebody is at work then, and the entry about a server that is away would mislead them. The
    hold has an alert of its own."""
    [expression] = [rule["expr"] for rule in RULES if rule["alert"] == waits]
    assert expression.strip().endswith("and on () outbound_held_seconds == 0")


def test_events_passed_over_before_a_bridges_first_scrape_raise_an_alert() -> None:
    """A bridge with `from=start` and no bound queue passes events over in its first seconds.
    Prometheus never sees that counter grow: if web starts last, its first value is already the
    whole log."""
    [expression] = [rule["expr"] for rule in RULES if rule["alert"] == "BridgePassesEventsOver"]
    grown, _, new = expression.partition(" or ")
    assert grown == "increase(bridge_passed_over[1h]) > 0"
    assert new.startswith("(bridge_passed_over > 0 unless on (bridge) ")
    assert new.endswith("(bridge_passed_over[1h] offset 1h))")


def test_commands_refused_before_the_first_scrape_raise_an_alert_too() -> None:
    [expression] = [rule["expr"] for rule in RULES if rule["alert"] == "IntakeRefusesCommands"]
    assert expression == (
        "increase(intake_refused[1h]) > 0"
        " or (intake_refused > 0 unless changes(intake_refused[1h] offset 1h))"
    )


def test_an_alert_is_raised_when_the_metrics_are_missing(
    client: FlaskClient, change_settings: Callable[..., None]
) -> None:
    """Without the database, or with a token that Prometheus does not have, there are no metrics,
    and a rule about a missing metric never fires."""
    change_settings(METRICS_TOKEN="the token of today", **IN_PRODUCTION)
    refused = client.get("/metrics", headers={"Authorization": "Bearer the one before"})
    assert refused.status_code == 404
    [rule] = [rule for rule in RULES if rule["expr"].startswith("absent(")]
    assert rule["labels"] == {"severity": "page"}
