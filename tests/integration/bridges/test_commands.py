"""An operator lists bridges, pauses one and resumes it."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bridges.addresses import parse_bridges
from app.bridges.forward import open_bridge
from app.bridges.guarded import circuit_of
from app.circuits.models import CircuitRecord
from app.circuits.queries import list_circuits
from app.platform.database import utc_now

Run = Callable[..., Result]
URL = "amqp://guest:secret@127.0.0.1:1/?exchange=events&name=warehouse"


@pytest.fixture
def run(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `flask bridges …` with one bridge set up."""
    (address,) = parse_bridges(URL)
    monkeypatch.setitem(app.extensions, "bridges", {address.name: address})
    open_bridge(session, address)
    session.commit()
    return lambda *args: app.test_cli_runner().invoke(args=["bridges", *args])


def test_a_bridge_can_be_paused_and_resumed(run: Run) -> None:
    assert run("list").output == "warehouse: 0 events behind, well\n"
    assert run("pause", "warehouse").output == "warehouse is paused.\n"
    assert "paused" in run("list").output
    assert run("resume", "warehouse").output == "warehouse is resumed.\n"
    assert "well" in run("list").output


def test_the_list_says_what_a_bridge_has_passed_over(run: Run, session: Session) -> None:
    session.execute(text("UPDATE bridges SET passed_over = 7, last_passed_over = 'too large'"))
    session.commit()
    assert run("list").output == "warehouse: 0 events behind, 7 passed over, well\n"


def test_a_pause_closes_the_circuit_of_a_broker_that_is_no_longer_tried(
    run: Run, session: Session
) -> None:
    """Otherwise its circuit would stay open until the next try: staff and the alert would report it
    for as long as the bridge is paused."""
    for name in (circuit_of("warehouse"), "smtp"):
        session.add(
            CircuitRecord(
                name=name, state="open", failures=5, opened_at=utc_now(), next_probe_at=utc_now()
            )
        )
    session.commit()
    run("pause", "warehouse")
    assert [one.name for one in list_circuits(session)] == ["smtp"]


def test_a_command_for_a_bridge_that_is_not_set_up_names_it(run: Run) -> None:
    unknown = run("pause", "another")
    assert unknown.exit_code != 0 and "not one of: warehouse" in unknown.output


def test_with_no_bridge_set_up_the_commands_name_the_setting(app: Flask, session: Session) -> None:
    refused = app.test_cli_runner().invoke(args=["bridges", "pause", "warehouse"])
    assert refused.exit_code != 0 and "EVENT_BRIDGES is empty" in refused.output
    listed = app.test_cli_runner().invoke(args=["bridges", "list"])
    assert listed.output == "EVENT_BRIDGES is empty, so there is no bridge.\n"
