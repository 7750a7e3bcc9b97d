"""What the staff's pages say while something is in trouble: each of them how much, the operator's
page what it is, ahead of all that is well."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.intake.address import parse_intake
from app.applications.intake.standing import IntakeFigures
from app.applications.models import IntakePartition
from app.bridges.guarded import circuit_of
from app.bridges.models import Bridge
from app.bridges.queries import BridgeFigures
from app.circuits.models import CircuitRecord
from app.events.delivery import figures
from app.operations.trouble import count_trouble
from app.platform.database import db, utc_now
from app.webhooks.models import WebhookEndpoint
from app.webhooks.queries import endpoint_rows
from app.webhooks.service import add_endpoint
from tests.big_tables import FILL, read_through, rows_read
from tests.integration.operations.conftest import Desk, Fail, Handle, Submit

COUNT = re.compile(r'Events<span class="nav__trouble" aria-hidden="true">([\d,]+)</span>')
WORDS = re.compile(r'<span class="visually-hidden">: ([^<]+)</span></span></a>')
SECTION = re.compile(r'<h2 id="([a-z]+)-title">')
REFUSE_MAIL = text("""
UPDATE mail_messages SET status = 'failed', claimed_at = now()
WHERE id IN (SELECT id FROM mail_messages ORDER BY id LIMIT 1)
""")

FAIL_SCORING = text("""
UPDATE deliveries SET status = 'waiting', done_at = NULL, last_error = 'ValueError'
WHERE subscriber = 'scoring.score_fit'
""")
RETRYING = re.compile(r'id="retrying-title".*?<td data-label="Next try">(.*?)</td>', re.DOTALL)


def open_circuit_of(name: str) -> CircuitRecord:
    return CircuitRecord(
        name=name, state="open", failures=7, opened_at=utc_now(), next_probe_at=utc_now()
    )


def open_circuit(session: Session) -> None:
    session.add(open_circuit_of("stripe"))
    session.commit()


def add_endpoint_at(session: Session, host: str) -> WebhookEndpoint:
    return add_endpoint(
        session,
        url=f"https://{host}/",
        description="",
        event_types=[],
        with_personal=False,
        staff_id=session.scalars(select(Staff.id)).one(),
    )


def test_the_link_to_events_states_the_trouble_as_a_count_and_in_words(
    desk: Desk, session: Session, fail: Fail, submit: Submit, handle_events: Handle
) -> None:
    submit()
    handle_events()
    assert COUNT.findall(desk.get("/staff/")) == WORDS.findall(desk.get("/staff/")) == []
    open_circuit(session)
    assert WORDS.findall(desk.get("/staff/")) == ["1 outside service in trouble"]
    fail(2)
    session.execute(REFUSE_MAIL)
    session.commit()
    for path in ("/staff/", "/staff/events/", "/staff/settings/"):
        page = desk.get(path)
        assert COUNT.findall(page) == ["4"]
        assert WORDS.findall(page) == [
            "2 dead letters, 1 refused mail, 1 outside service in trouble"
        ]


def test_unhealthy_webhook_endpoints_and_bridges_are_counted_too(
    app: Flask, desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for because, failures in ((None, 0), (None, 3), ("failing", 9), ("gone", 0), ("staff", 9)):
        endpoint = add_endpoint_at(session, f"{because}-{failures}.example")
        endpoint.status = "disabled" if because else "enabled"
        endpoint.disabled_because, endpoint.failures_in_a_row = because, failures
    session.commit()
    unwell = [one for one in endpoint_rows(session) if not one.is_well]
    assert len(unwell) == 3
    assert WORDS.findall(desk.get("/staff/")) == ["3 webhook endpoints in trouble"]

    (well, failing, paused, away, _) = names = [f"kafka-{n}" for n in range(5)]
    for name in names:
        bridge = Bridge(name=name, horizon=0, position=0)
        if name != well:
            bridge.failures, bridge.last_error = 2, "TimedOut"
        bridge.paused_at = utc_now() if name == paused else None
        session.add(bridge)
    session.add(open_circuit_of(circuit_of(away)))
    session.commit()
    monkeypatch.setitem(app.extensions, "bridges", dict.fromkeys([well, failing, paused, away]))
    page = desk.get("/staff/")
    assert COUNT.findall(page) == ["5"]
    assert WORDS.findall(page) == [
        "1 outside service in trouble, 3 webhook endpoints in trouble, 1 bridge in trouble"
    ]


def test_trouble_is_counted_with_one_statement_and_only_for_staff(
    desk: Desk, client: FlaskClient
) -> None:
    statements: list[str] = []
    listen = (db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    event.listen(*listen)
    try:
        desk.get("/staff/settings/")
        counted = [one for one in statements if "circuits" in one]
        for path in ("/", "/staff/login", "/nothing"):
            client.get(path)
        assert [one for one in statements if "circuits" in one] == counted
    finally:
        event.remove(*listen)
    assert len(counted) == 1


def test_counting_trouble_scans_no_large_table(
    session: Session, ada: Staff, tamper: Callable[[str], None]
) -> None:
    busy, _ = (add_endpoint_at(session, f"{host}.example") for host in ("busy", "quiet"))
    session.commit()
    tamper(f"{FILL}; UPDATE webhook_messages SET endpoint_id = '{busy.id}'; ANALYZE")
    before = rows_read(session)
    assert count_trouble(session).count == 0
    assert read_through(session, before) == []


def test_what_is_in_trouble_is_shown_above_the_flow_and_what_is_healthy_below_it(
    desk: Desk, session: Session, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = BridgeFigures("kafka", position=7)
    monkeypatch.setattr("app.operations.views.bridge_figures", lambda _: [bridge])
    assert SECTION.findall(desk.get("/staff/events/")) == ["flow", "bridges", "latest"]
    fail()
    open_circuit(session)
    session.execute(REFUSE_MAIL)
    session.commit()
    bridge = BridgeFigures("kafka", position=7, failures=4, last_error="TimedOut")
    trouble = ["dead", "circuits", "mail", "bridges"]
    assert SECTION.findall(desk.get("/staff/events/")) == [*trouble, "flow", "latest"]


def test_the_page_says_since_when_a_bridge_is_in_trouble_and_that_it_loses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = BridgeFigures("kafka", position=7)
    monkeypatch.setattr("app.operations.views.bridge_figures", lambda _: [bridge])
    assert "skips nothing" not in desk.get("/staff/events/")
    since = datetime(2026, 11, 24, 15, 38, tzinfo=UTC)
    bridge = BridgeFigures("kafka", failures=7, last_error="TimedOut", away_since=since)
    page = desk.get("/staff/events/")
    assert "skips nothing: what it has yet to send waits in the log" in page
    assert re.search(r"In trouble since <time[^>]*>.*24 Nov 2026, 15:38 UTC.*7 in a row", page)
    bridge = BridgeFigures("kafka", failures=1, last_error="TimedOut")
    assert "In trouble since" not in desk.get("/staff/events/")


def test_an_intake_that_is_silent_is_shown_above_the_flow_with_what_it_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = IntakeFigures("commands", 7, 3, 2, "0/4, 1/2", 12.0)
    monkeypatch.setattr("app.operations.views.intake_figures", lambda _: intake)
    page = desk.get("/staff/events/")
    assert SECTION.findall(page) == ["flow", "intake", "latest"]
    assert "Last, by partition and offset: 0/4, 1/2" in page and "waits in the topic" not in page
    intake = IntakeFigures("commands", 7, 3, 2, "0/4, 1/2", 300.0)
    page = desk.get("/staff/events/")
    assert SECTION.findall(page) == ["intake", "flow", "latest"]
    assert "For 5 minutes" in page and "waits in the topic" in page
    intake = IntakeFigures("commands", 0, 0, 0, "", math.inf)
    assert "It has never been at work" in desk.get("/staff/events/")


def test_partitions_of_the_intake_that_are_silent_count_as_trouble(
    app: Flask, desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = parse_intake("kafka://broker:9092/commands?group=site")
    monkeypatch.setitem(app.extensions, "intake", address)
    long_ago = utc_now() - timedelta(minutes=5)
    session.add(IntakePartition(topic="commands", partition=0, seen_at=utc_now()))
    session.add(IntakePartition(topic="of old", partition=0, seen_at=long_ago))
    gone = long_ago - timedelta(hours=1)
    session.add(IntakePartition(topic="commands", partition=2, seen_at=gone))
    session.commit()
    assert WORDS.findall(desk.get("/staff/")) == []
    session.add(IntakePartition(topic="commands", partition=1, seen_at=long_ago))
    session.commit()
    assert WORDS.findall(desk.get("/staff/")) == ["1 silent part of the intake"]


def test_an_outside_service_is_shown_with_a_readable_name_and_its_name_in_the_runbook(
    desk: Desk, session: Session
) -> None:
    names = ("smtp", "chat", circuit_of("kafka://broker:9092/events"))
    session.add_all(map(open_circuit_of, names))
    session.commit()
    page = desk.get("/staff/events/").partition('id="circuits-title"')[2].partition("</table>")[0]
    shown = re.findall(r'<th scope="row">([^<]+)(?:<span class="table__note">([^<]+)<|</th>)', page)
    assert {*shown} == {
        ("The mail server", "smtp"),
        ("The staff’s channel", "chat"),
        ("The broker of bridge kafka://broker:9092/events", ""),
    }


def test_unhealthy_subscribers_are_listed_above_the_drawing(desk: Desk, fail: Fail) -> None:
    fail()
    desk.post("/staff/events/subscribers/engagements.propose_engagement/pause")
    above, _, below = desk.get("/staff/events/picture").partition("<svg")
    unwell = {"engagements.propose_engagement", "scoring.score_fit"}
    assert {*re.findall(r'<th scope="row">([a-z_.]+)<', above)} == unwell
    well = re.findall(r'id="pause-([a-z_.]+)"', below)
    assert len(well) > 10 and not unwell & {*well}


def test_a_subscriber_that_waits_too_long_for_a_worker_is_not_shown_as_healthy(
    desk: Desk, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "LAGS_AFTER_SECONDS", 0)
    assert "Not well" not in desk.get("/staff/events/")
    submit()
    page = desk.get("/staff/events/")
    unwell, _, rest = page.partition("Not well")[2].partition("</table>")
    assert "scoring.score_fit" in unwell and "Lagging" in unwell
    assert "check that the relay and a worker are running" in rest
    assert "flowmap__node--lagging" in rest and "Lagging" not in rest


def test_a_delivery_to_a_paused_subscriber_shows_no_next_attempt(
    desk: Desk, submit: Submit, handle_events: Handle, session: Session
) -> None:
    submit()
    handle_events()
    session.execute(FAIL_SCORING)
    session.commit()
    for button, has_next_try in (("pause", False), ("resume", True)):
        desk.post(f"/staff/events/subscribers/scoring.score_fit/{button}")
        [row] = RETRYING.findall(desk.get("/staff/events/"))
        assert ("<time" in row, "Once it is resumed" in row) == (has_next_try, not has_next_try)
