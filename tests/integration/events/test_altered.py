"""An event altered so that it can't even be read is named, and everything else goes on."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events import spans
from app.events.delivery.handling import Outcome
from app.events.types import RecordedEvent
from app.platform.telemetry.spans import NO_SPAN
from tests.demo_applications import STRONG
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import Flow, Record
from tests.submitted import submit_answers

SUBMITTED = text("SELECT id, position FROM events WHERE type = 'application.submitted'")
FlowTo = Callable[..., Flow]
UNREADABLE = ["metadata = '{}'", "metadata = '[]'", r"sealed = '\x00'", "data = '[]'"]
ALTERATIONS = [
    *UNREADABLE,
    """metadata = '{"actor": "staff:1", "correlation_id": "x", "causation_id": "x"}'""",
    "stream = 'x'",
    "stream = 'application-x'",
    """data = '{"reference": 5}'""",
]


def ignore(session: Session, recorded: RecordedEvent) -> None:
    pass


@pytest.mark.parametrize("change", ALTERATIONS)
def test_an_unreadable_event_is_reported_by_verify_and_breaks_no_page(
    app: Flask,
    session: Session,
    client: FlaskClient,
    desk: FlaskClient,
    handle_events: Callable[[], None],
    tamper: Tamper,
    change: str,
) -> None:
    application = submit_answers(session, STRONG)
    session.commit()
    handle_events()
    row = session.execute(SUBMITTED).one()
    tamper(f"UPDATE events SET {change} WHERE id = '{row.id}'")
    verified = app.test_cli_runner().invoke(args=["events", "verify"])
    assert isinstance(verified.exception, SystemExit) and verified.exit_code == 1
    assert f"events {row.position} (" in verified.output
    for path in (
        "/staff/events/",
        "/staff/events/log",
        f"/staff/events/{row.id}",
        f"/staff/applications/{application.id}",
        f"/staff/applications/{application.id}/history",
    ):
        assert desk.get(path).status_code == 200, path
    theirs = f"/applications/{application.access_token}"
    for path in (theirs, f"{theirs}/export.json", f"{theirs}/trail.json"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("change", UNREADABLE)
def test_the_delivery_of_an_unreadable_event_ends_as_a_dead_letter(
    record_event: Record, flow_to: FlowTo, tamper: Tamper, change: str
) -> None:
    flow = flow_to(ignore, most=2)
    altered = record_event()
    record_event()
    tamper(f"UPDATE events SET {change} WHERE id = '{altered.id}'")
    first, second = flow.relay()
    outcomes = [flow.deliver_all([first, second]) for _ in range(2)]
    assert outcomes[0] == {first: Outcome.FAILED, second: Outcome.DONE}
    assert outcomes[1] == {first: Outcome.DEAD, second: Outcome.SKIPPED}
    assert str(flow.delivery(first).last_error).startswith("UnreadableEvent")


def test_a_delivery_has_no_span_if_its_events_trace_was_altered(
    record_event: Record, flow_to: FlowTo, tamper: Tamper, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = flow_to(ignore)
    altered = record_event()
    tamper(f"UPDATE events SET metadata = '{{}}' WHERE id = '{altered.id}'")
    monkeypatch.setattr(spans, "is_collecting", lambda: True)
    (delivery_id,) = flow.relay()
    assert spans.delivery_span(flow.claim(delivery_id)) is NO_SPAN
