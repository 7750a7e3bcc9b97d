"""What wakes a bridge, and that one worker at a time moves it."""

from multiprocessing.pool import ThreadPool

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import alone_at
from app.events.bridges import forward, tasks
from app.events.bridges.addresses import BridgeAddress, parse_bridges
from app.events.bridges.link import Sent
from app.events.bridges.tasks import move_bridge, sweep_bridges
from tests.integration.bridges.conftest import OtherSide, Write, places

URL = "kafka://broker:9092/events"


@pytest.fixture
def address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> BridgeAddress:
    """The one bridge of the site."""
    (address,) = parse_bridges(f"{URL}?from=start")
    monkeypatch.setitem(app.extensions, "bridges", {address.name: address})
    return address


@pytest.fixture
def other_side(monkeypatch: pytest.MonkeyPatch) -> OtherSide:
    """Where every link leads."""
    other_side = OtherSide()
    monkeypatch.setattr(tasks, "link_to", lambda _: other_side)
    return other_side


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names for which a worker was asked."""
    rung: list[str] = []
    monkeypatch.setattr(tasks, "ring_bridge", rung.append)
    return rung


def test_a_task_sends_everything_that_waits(
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


def test_a_task_whose_time_is_up_asks_for_another(
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


def test_after_a_failure_the_sweep_is_waited_for(
    address: BridgeAddress, other_side: OtherSide, rung: list[str], write: Write
) -> None:
    other_side.answer = lambda _: Sent(0, trouble="away")
    write()
    move_bridge(address.name)
    assert rung == []


def test_the_sweep_wakes_what_was_never_opened_or_has_something_due(
    address: BridgeAddress, other_side: OtherSide, rung: list[str], write: Write, session: Session
) -> None:
    sweep_bridges()
    assert rung == [address.name]
    move_bridge(address.name)
    sweep_bridges()
    assert len(rung) == 1  # nothing waits
    write()
    sweep_bridges()
    assert len(rung) == 2
    for what in ("not_before = now() + interval '1 hour'", "paused_at = now(), not_before = now()"):
        session.execute(text(f"UPDATE bridges SET {what}"))
        session.commit()
        sweep_bridges()
    assert len(rung) == 2


def test_a_message_for_a_bridge_that_is_no_more_is_dropped(
    address: BridgeAddress, other_side: OtherSide
) -> None:
    move_bridge("kafka://gone:9092/events")


def test_of_all_workers_one_moves_a_bridge_and_others_move_other_bridges(
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


def test_the_metrics_tell_each_bridges_lag(
    address: BridgeAddress, other_side: OtherSide, client: FlaskClient, write: Write
) -> None:
    other_side.answer = lambda _: Sent(1, trouble="away")
    write(3)
    move_bridge(address.name)
    figures = client.get("/metrics").text
    assert f'bridge_lag_events{{bridge="{URL}"}} 2.0' in figures
    assert f'bridge_failures{{bridge="{URL}"}} 1.0' in figures
    assert f'bridge_paused{{bridge="{URL}"}} 0.0' in figures
