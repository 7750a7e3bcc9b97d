"""What wakes a bridge's task, and that one worker at a time moves a bridge."""

from collections.abc import Sequence
from multiprocessing.pool import ThreadPool

import pytest
from cloudevents.core.v1.event import CloudEvent
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.bridges import forward, tasks
from app.bridges.addresses import BridgeAddress, parse_bridges
from app.bridges.guarded import circuit_of
from app.bridges.sink import Sent
from app.bridges.tasks import move_bridge, sweep_bridges
from app.circuits.queries import list_circuits
from app.events.models import StoredEvent
from app.platform.database.advisory_locks import alone_at
from tests.integration.bridges.conftest import OtherSide, Write, places

URL = "kafka://broker:9092/events"


@pytest.fixture
def address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> BridgeAddress:
    """The site's only bridge."""
    (address,) = parse_bridges(f"{URL}?from=start")
    monkeypatch.setitem(app.extensions, "bridges", {address.name: address})
    return address


@pytest.fixture
def other_side(monkeypatch: pytest.MonkeyPatch) -> OtherSide:
    """The other side behind every sink."""
    other_side = OtherSide()
    monkeypatch.setattr(tasks, "sink_for", lambda _: other_side)
    return other_side


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the bridges a worker was asked to move."""
    rung: list[str] = []
    monkeypatch.setattr(tasks, "ring_bridge", rung.append)
    return rung


def test_a_task_sends_everything_that_is_waiting(
    address: BridgeAddress,
    other_side: OtherSide,
    rung: list[str],
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "BATCH", 3)
    written = write(10)
    move_bridge(address.name)
    assert places(other_side.taken) == written
    assert rung == []


def test_a_task_that_runs_out_of_time_asks_for_another(
    address: BridgeAddress,
    other_side: OtherSide,
    rung: list[str],
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "WORK_SECONDS", 0)
    write()
    move_bridge(address.name)
    assert rung == [address.name]


def test_after_a_failure_the_next_try_waits_for_the_sweep(
    address: BridgeAddress, other_side: OtherSide, rung: list[str], write: Write
) -> None:
    other_side.answer = lambda _: Sent(0, trouble="away")
    write()
    move_bridge(address.name)
    assert rung == []


def test_the_sweep_wakes_bridges_that_are_new_or_have_events_waiting(
    address: BridgeAddress, other_side: OtherSide, rung: list[str], write: Write, session: Session
) -> None:
    sweep_bridges()
    assert rung == [address.name]
    move_bridge(address.name)
    sweep_bridges()
    assert len(rung) == 1  # nothing is waiting
    write()
    sweep_bridges()
    assert len(rung) == 2
    session.execute(text("UPDATE bridges SET paused_at = now()"))
    session.commit()
    sweep_bridges()
    assert len(rung) == 2


def test_a_broker_that_keeps_failing_is_left_alone_then_tried_with_one_batch(
    app: Flask,
    address: BridgeAddress,
    other_side: OtherSide,
    rung: list[str],
    write: Write,
    session: Session,
) -> None:
    calls: list[int] = []

    def away(batch: Sequence[CloudEvent]) -> Sent:
        calls.append(len(batch))
        return Sent(0, trouble="away")

    other_side.answer = away
    written = write(3)
    most = app.config["SITE"].CIRCUIT_MAX_FAILURES
    for _ in range(most + 2):
        move_bridge(address.name)
    assert len(calls) == most
    sweep_bridges()
    assert rung == []
    (circuit,) = list_circuits(session)
    assert (circuit.name, circuit.state) == (circuit_of(address.name), "open")
    session.execute(text("UPDATE circuits SET next_probe_at = now()"))
    session.commit()
    other_side.answer = lambda batch: Sent(len(batch))
    move_bridge(address.name)
    assert places(other_side.taken)[: len(written)] == written
    session.rollback()
    assert [circuit.state for circuit in list_circuits(session)] == ["closed"]


def test_staff_read_why_a_broker_is_left_alone_but_not_its_address(
    app: Flask,
    address: BridgeAddress,
    other_side: OtherSide,
    write: Write,
    session: Session,
    desk: FlaskClient,
) -> None:
    def raise_it(_: Sequence[CloudEvent]) -> Sent:
        raise OSError("no way to amqps://site:s3cret@broker")

    other_side.answer = lambda _: Sent(0, trouble="AMQPConnectionError (403)")
    write()
    for _ in range(app.config["SITE"].CIRCUIT_MAX_FAILURES):
        move_bridge(address.name)
    (told,) = session.scalars(select(StoredEvent).filter_by(type="circuit.opened"))
    assert told.data["error"] == "AMQPConnectionError (403)"
    assert "<code>AMQPConnectionError (403)</code>" in desk.get("/staff/events/").text
    session.execute(text("UPDATE circuits SET next_probe_at = now()"))
    session.commit()
    other_side.answer = raise_it
    with pytest.raises(OSError, match="no way"):
        move_bridge(address.name)
    page = desk.get("/staff/events/").text
    assert "<code>OSError</code>" in page and "s3cret" not in page


def test_a_task_for_a_bridge_that_no_longer_exists_is_dropped(
    address: BridgeAddress, other_side: OtherSide
) -> None:
    move_bridge("kafka://gone:9092/events")


def test_one_worker_at_a_time_moves_a_bridge_while_others_move_other_bridges(
    app: Flask, address: BridgeAddress, other_side: OtherSide, write: Write
) -> None:
    def is_free(name: str) -> bool:
        with app.app_context(), alone_at(f"bridges.{name}") as is_alone:
            return is_alone

    write()
    with ThreadPool(1) as another_worker, alone_at(f"bridges.{address.name}") as is_alone:
        assert is_alone
        assert not another_worker.apply(is_free, (address.name,))
        assert another_worker.apply(is_free, ("another",))
        another_worker.apply(in_app, (app, address.name))
        assert other_side.taken == []
    assert is_free(address.name)


def in_app(app: Flask, name: str) -> None:
    with app.app_context():
        move_bridge(name)


def test_the_metrics_give_each_bridges_lag(
    address: BridgeAddress, other_side: OtherSide, client: FlaskClient, write: Write
) -> None:
    other_side.answer = lambda _: Sent(1, trouble="away")
    write(3)
    move_bridge(address.name)
    figures = client.get("/metrics").text
    assert f'bridge_lag_events{{bridge="{URL}"}} 2.0' in figures
    assert f'bridge_failures{{bridge="{URL}"}} 1.0' in figures
    assert f'bridge_paused{{bridge="{URL}"}} 0.0' in figures
