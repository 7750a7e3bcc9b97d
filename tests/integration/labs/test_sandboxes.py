"""Sandboxes are limited in number, kept while somebody views them, then removed entirely."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.events.delivery.figures import flow_figures
from app.events.log import START, read_unsettled
from app.events.types import declared_events
from app.labs.backbone import on_backbone
from app.labs.runner import Runner
from app.labs.sandboxes import (
    HOLDS_NO_MORE,
    NoRoom,
    count_sandboxes,
    look_at_sandbox,
    open_sandbox,
    remove_ended,
)
from app.labs.scenario import NotNow
from app.labs.scenarios import SCENARIOS
from app.platform.settings import current_config
from config import Config
from tests.integration.labs.conftest import Until, Visitor, pass_minutes

LEFT = text("""
SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM deliveries)
    + (SELECT count(*) FROM delivery_tries) + (SELECT count(*) FROM effects)
    + (SELECT count(*) FROM consumers) + (SELECT count(*) FROM sandboxes)
""")
MINUTES_LEFT = text("SELECT round(extract(epoch FROM ends_at - now()) / 60)::int FROM sandboxes")


@pytest.fixture
def holding_40(backbone: Flask, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Limit each sandbox to 40 events."""
    config: Config = msgspec.structs.replace(backbone.config["SITE"], LABS_EVENTS=40)
    monkeypatch.setitem(backbone.config, "SITE", config)
    return config


def minutes_left() -> int:
    with on_backbone() as session:
        return session.scalar(MINUTES_LEFT) or 0


def test_no_more_sandboxes_are_open_than_the_limit_allows(app: Flask) -> None:
    config = msgspec.structs.replace(current_config(), LABS_SANDBOXES=2)
    with on_backbone() as session:
        for _ in range(2):
            open_sandbox(session, "retail", config, network=b"home")
        with pytest.raises(NoRoom):
            open_sandbox(session, "retail", config, network=b"home")
        session.commit()
    pass_minutes(16)
    with on_backbone() as session:
        open_sandbox(session, "retail", config, network=b"home")


def test_a_network_gets_only_its_share_of_the_sandboxes(app: Flask) -> None:
    config = current_config()
    with on_backbone() as session:
        for _ in range(config.LABS_SANDBOXES_PER_NETWORK):
            open_sandbox(session, "retail", config, network=b"home")
        with pytest.raises(NoRoom):
            open_sandbox(session, "retail", config, network=b"home")
        open_sandbox(session, "retail", config, network=b"office")
        session.commit()
    pass_minutes(16)
    with on_backbone() as session:
        open_sandbox(session, "retail", config, network=b"home")


def test_a_visitor_who_finds_no_sandbox_free_is_told_when_one_will_be(app: Flask) -> None:
    config = msgspec.structs.replace(
        current_config(), LABS_SANDBOXES=2, LABS_SANDBOXES_PER_NETWORK=1
    )
    refusals = []
    with on_backbone() as session:
        open_sandbox(session, "retail", config, network=b"home")
        session.commit()
    pass_minutes(10)
    for come_from in (b"home", b"office", b"train"):
        with on_backbone() as session:
            try:
                open_sandbox(session, "retail", config, network=come_from)
                session.commit()
            except NoRoom as refusal:
                refusals.append(refusal)
    when = "One will be free in 5 min if nobody looks at it any more, and in 50 min at the latest."
    of_network, of_all = map(str, refusals)
    assert "are open from your network" in of_network and of_network.endswith(when)
    assert of_all == f"Every sandbox is in use right now. {when}"


def test_three_visitors_from_one_office_can_each_open_every_lab(app: Flask) -> None:
    config = current_config()
    with on_backbone() as session:
        for _visitor in ("first", "second", "third"):
            for scenario in SCENARIOS:
                open_sandbox(session, scenario.slug, config, network=b"office")


def test_viewing_a_sandbox_keeps_it_open_for_an_hour_at_most(
    visitor: Callable[[str], Visitor],
) -> None:
    shopper = visitor("retail")
    config = current_config()
    for expected in (15, 15, 15, 15, 15, 10, 0):
        assert minutes_left() == expected
        pass_minutes(10)
        shopper.do(lambda session, sandbox: look_at_sandbox(session, sandbox, config))


def test_viewing_keeps_even_the_shortest_sandbox_open(
    visitor: Callable[[str], Visitor],
) -> None:
    shopper = visitor("retail")
    config = msgspec.structs.replace(current_config(), LABS_MINUTES=1)
    with on_backbone() as session:
        session.execute(text("UPDATE sandboxes SET ends_at = now() + interval '10 seconds'"))
        session.commit()
    shopper.do(lambda session, sandbox: look_at_sandbox(session, sandbox, config))
    assert minutes_left() == 1


def test_viewing_a_sandbox_again_within_half_a_minute_writes_nothing(
    visitor: Callable[[str], Visitor],
) -> None:
    shopper = visitor("retail")
    config = current_config()
    with on_backbone() as session:
        before = session.scalar(text("SELECT xmin::text FROM sandboxes"))
    shopper.do(lambda session, sandbox: look_at_sandbox(session, sandbox, config))
    with on_backbone() as session:
        assert session.scalar(text("SELECT xmin::text FROM sandboxes")) == before


def test_a_sandbox_that_has_ended_is_removed_with_everything_in_it(
    visitor: Callable[[str], Visitor], until: Until
) -> None:
    gone, stays = visitor("retail"), visitor("retail")
    for shopper in (gone, stays):
        shopper.press("place", "5")
    until(lambda: gone.is_settled() and stays.is_settled())
    with on_backbone() as session:
        session.execute(
            text("UPDATE sandboxes SET ends_at = now() WHERE id = :id"), {"id": gone.id}
        )
        session.commit()
        assert remove_ended(session) == 1
    assert stays.state.count == 10
    with on_backbone() as session:
        assert session.scalar(LEFT) == 10 + 15 + 15 + 3 + 1
        session.execute(text("UPDATE sandboxes SET ends_at = now()"))
        session.commit()
        remove_ended(session)
        assert session.scalar(LEFT) == 0


def test_a_sandboxs_event_limit_counts_the_events_of_its_handlers_too(
    visitor: Callable[[str], Visitor], until: Until, holding_40: Config
) -> None:
    shopper = visitor("retail")
    shopper.press("place", "20")
    with pytest.raises(NotNow):
        shopper.press("place", "1")
    until(shopper.is_settled)
    assert shopper.state.count == holding_40.LABS_EVENTS
    with pytest.raises(NotNow):
        shopper.press("place", "1")


def test_two_simultaneous_presses_cannot_exceed_the_event_limit(
    visitor: Callable[[str], Visitor], holding_40: Config
) -> None:
    shopper, saver = visitor("retail"), visitor("time-machine")
    assert shopper.press_twice(holding_40, "place", "20") == [str(HOLDS_NO_MORE)]
    assert shopper.state.count == 20
    for _ in range(38):
        saver.press("deposit", "1000")
    assert saver.press_twice(holding_40, "deposit", "1000") == [str(HOLDS_NO_MORE)]
    assert saver.state.count == 40


def test_nothing_from_a_lab_enters_the_sites_log_or_figures(
    session: Session, client: FlaskClient, visitor: Callable[[str], Visitor], until: Until
) -> None:
    before = client.get("/metrics").text
    shopper = visitor("retail")
    shopper.press("place", "5")
    until(shopper.is_settled)
    assert list(read_unsettled(session, START)) == []
    assert flow_figures(session).last_position == 0
    assert client.get("/metrics").text == before
    assert not any(name.startswith("retail.") for name in declared_events())
    for address in ("/api/v1/asyncapi.json", "/api/v1/openapi.json"):
        assert "retail." not in client.get(address).text


def test_two_runners_deliver_each_event_once(
    backbone: Flask, runner: Runner, visitor: Callable[[str], Visitor], until: Until
) -> None:
    with ExitStack() as both:
        other = Runner(backbone, pace=0.02)
        both.callback(other.close)
        shopper = visitor("retail")
        shopper.press("place", "20")

        def is_done_by_both() -> bool:
            other.turn()
            return shopper.is_settled()

        until(is_done_by_both)
    assert set(shopper.sums().values()) == {20}
    with on_backbone() as session:
        assert count_sandboxes(session) == 1


def test_the_runner_survives_having_no_free_connection(
    runner: Runner, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    turns: list[int] = []

    def turn() -> bool:
        turns.append(1)
        if len(turns) == 1:
            raise PoolTimeout
        stop.set()
        return True

    monkeypatch.setattr(runner, "turn", turn)
    monkeypatch.setattr("app.labs.runner.RETRY_SECONDS", 0.01)
    runner.run(config.postgres_url, stop)
    assert len(turns) == 2


def test_a_mistake_in_a_consumers_code_is_logged_with_its_place_and_loses_no_work(
    visitor: Callable[[str], Visitor], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = visitor("retail")
    shopper.press("place", "1")
    with monkeypatch.context() as mistaken, capture_logs() as logs:
        mistaken.delattr("app.labs.queues.Queues.take")
        until(lambda: any(one["event"] == "labs.consumer_failed" for one in logs))
    until(shopper.is_settled)
    [error] = {one["error"] for one in logs if one["event"] == "labs.consumer_failed"}
    assert error.startswith("AttributeError (labs/consumers.py:")
