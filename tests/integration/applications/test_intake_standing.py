"""What the operator is told of the intake: how far it is, what it refused, that it is silent."""

import math
from collections.abc import Callable

import pytest
from cloudevents.core.bindings.kafka import to_binary_event
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.applications.intake import consumer
from app.applications.intake.dead_letters import DeadLetters, NotConfirmed
from app.applications.intake.standing import IntakeFigures, intake_figures
from app.applications.models import IntakePartition
from tests.faults.wire import State
from tests.integration.applications.partner import Partner, intake_at_work, taken
from tests.site import eventually

LONG_AGO = text("UPDATE intake_partitions SET seen_at = now() - interval '5 minutes'")
SEEN_AGO = text("""
UPDATE intake_partitions SET seen_at = now() - CAST(:ago AS interval) WHERE partition = :partition
""")


@pytest.fixture
def figures(
    app: Flask, session: Session, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], IntakeFigures]:
    """The figures of the partner's topic, noted at every look."""
    monkeypatch.setattr(consumer, "NOTE_SECONDS", 0.0)
    monkeypatch.setitem(app.extensions, "intake", partner.address)

    def read() -> IntakeFigures:
        session.rollback()
        found = intake_figures(session)
        assert found
        return found

    return read


def test_the_figures_say_how_many_commands_are_done_with_refused_and_still_to_be_taken(
    app: Flask,
    session: Session,
    partner: Partner,
    figures: Callable[[], IntakeFigures],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert figures() == IntakeFigures(partner.topic, 0, 0, 0, "", math.inf)
    partner.send(
        *(
            to_binary_event(partner.command(number, name=name))
            for number, name in ("1A", "2 ", "3A")
        )
    )
    with monkeypatch.context() as crashing, intake_at_work(app, partner.address):
        crashing.setattr(consumer, "_commit", lambda *_: None)
        eventually(lambda: figures().lag == 3 and taken(session) == 2)
    with intake_at_work(app, partner.address):
        eventually(lambda: figures().position == 3)
    done = figures()
    assert (done.lag, done.refused, done.last_refused) == (0, 1, "0/1")
    assert done.is_well
    session.execute(LONG_AGO)
    session.commit()
    assert not figures().is_well


def test_a_partition_that_the_topic_no_longer_has_stops_counting_after_an_hour(
    session: Session, partner: Partner, figures: Callable[[], IntakeFigures]
) -> None:
    for number in (0, 1):
        session.add(IntakePartition(topic=partner.topic, partition=number, lag=2, refused=1))
    session.flush()
    session.execute(SEEN_AGO, {"ago": "2 hours", "partition": 1})
    session.commit()
    alone = figures()
    assert (alone.is_well, alone.lag, alone.refused) == (True, 2, 2)
    session.execute(SEEN_AGO, {"ago": "90 minutes", "partition": 0})
    session.commit()
    assert (figures().is_well, figures().lag) == (False, 4)


def test_a_refusal_that_waits_for_the_broker_counts_once(
    app: Flask,
    partner: Partner,
    figures: Callable[[], IntakeFigures],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []

    def refuse(*_: object) -> None:
        tries.append(1)
        raise NotConfirmed

    monkeypatch.setattr(DeadLetters, "add", refuse)
    partner.send(to_binary_event(partner.command("1", name="")))
    with intake_at_work(app, partner.address):
        eventually(lambda: len(tries) > 2)
    assert figures().refused == 1


def test_the_metrics_have_the_intake_only_where_there_is_one(
    app: Flask,
    client: FlaskClient,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    partner: Partner,
) -> None:
    assert "intake_" not in client.get("/metrics").text
    monkeypatch.setitem(app.extensions, "intake", partner.address)
    assert "intake_silent_seconds +Inf" in client.get("/metrics").text
    for number in (0, 1):
        session.add(
            IntakePartition(topic=partner.topic, partition=number, position=4, lag=2, refused=1)
        )
    session.commit()
    page = client.get("/metrics").text
    for line in ("intake_position 8.0", "intake_lag_commands 4.0", "intake_refused 2.0"):
        assert line in page


def test_the_log_says_that_the_brokers_are_away(
    app: Flask, partner: Partner, figures: Callable[[], IntakeFigures]
) -> None:
    with capture_logs() as logs, intake_at_work(app, partner.address):
        eventually(lambda: figures().is_well)
        partner.tansu.wire.become(State.REFUSED)
        eventually(lambda: "_TRANSPORT" in str(logs))
    assert "intake.unreachable" in {line["event"] for line in logs}
