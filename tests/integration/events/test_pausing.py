"""A subscriber that is told to wait, and one that joins late."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.canary import SUBSCRIBER as CANARY
from app.events.delivery.backfill import backfill_subscriber
from app.events.delivery.handling import Outcome
from app.events.delivery.pausing import pause_subscriber, resume_subscriber
from app.events.delivery.relay import relay_batch
from app.events.delivery.sweep import take_due_deliveries
from app.events.models import PausedSubscriber
from app.events.subscription import Subscriptions, UnknownSubscriber
from app.events.types import RecordedEvent
from tests.integration.events.conftest import Flow, Record, new_stream

FlowTo = Callable[..., Flow]
NAME = "made_up.note"


class Note:
    """What the subscriber was given, in order."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def subscriber(self) -> Callable[[Session, RecordedEvent], None]:
        def note(session: Session, recorded: RecordedEvent) -> None:
            self.given.append(recorded.data.message)

        return note


def deliver_due(flow: Flow) -> None:
    """Do what the sweep and the workers do, until nothing is due."""
    while tasks := take_due_deliveries(flow.session, resend_after=0):
        for task in tasks:
            flow.deliver_all(task)


def test_a_paused_subscriber_gets_nothing_until_it_is_resumed_then_everything_in_order(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    note, stream = Note(), new_stream()
    flow = flow_to(note.subscriber())
    record_event(stream, message="before")
    (sent_before,) = flow.relay()
    pause_subscriber(session, NAME, actor="staff:ada")
    session.commit()
    record_event(stream, message="meanwhile")
    assert flow.relay() == []
    assert flow.deliver(sent_before) is Outcome.SKIPPED
    assert take_due_deliveries(session, resend_after=0) == []
    assert note.given == []

    resume_subscriber(session, NAME, actor="staff:ada")
    session.commit()
    deliver_due(flow)
    assert note.given == ["before", "meanwhile"]


def test_a_new_subscriber_gets_only_events_recorded_from_now_on(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    note = Note()
    record_event(message="long ago")
    relay_batch(Subscriptions({}), lambda _: None)
    flow = flow_to(note.subscriber())
    record_event(message="now")
    flow.relay()
    deliver_due(flow)
    assert note.given == ["now"]


def test_a_backfill_delivers_the_history_too_in_order_and_once(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    note, stream = Note(), new_stream()
    for message in ("first", "second"):
        record_event(stream, message=message)
    relay_batch(Subscriptions({}), lambda _: None)
    flow = flow_to(note.subscriber())
    pause_subscriber(session, NAME, actor="staff:ada")
    session.commit()
    record_event(stream, message="third")
    flow.relay()
    assert backfill_subscriber(session, NAME, flow.subscriptions) == 2
    assert backfill_subscriber(session, NAME, flow.subscriptions) == 0
    resume_subscriber(session, NAME, actor="staff:ada")
    session.commit()
    deliver_due(flow)
    assert note.given == ["first", "second", "third"]


def test_a_backfill_since_a_given_time_brings_nothing_older(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    note = Note()
    record_event(message="long ago")
    began = record_event(message="meanwhile").recorded_at
    relay_batch(Subscriptions({}), lambda _: None)
    flow = flow_to(note.subscriber())
    assert backfill_subscriber(session, NAME, flow.subscriptions, since=began) == 1
    deliver_due(flow)
    assert note.given == ["meanwhile"]


def test_the_backfill_command_takes_its_start_time_in_utc(app: Flask, record_event: Record) -> None:
    record_event()
    relay_batch(Subscriptions({}), lambda _: None)
    run = app.test_cli_runner().invoke
    command = ["events", "backfill", "notifications.pass_on_answer", "--since"]
    assert "0 past events" in run(args=[*command, "2999-01-01 00:00:00"]).output
    assert "1 past events" in run(args=[*command, "2020-01-01"]).output


def test_a_backfill_for_an_unknown_subscriber_is_refused(session: Session) -> None:
    with pytest.raises(UnknownSubscriber):
        backfill_subscriber(session, "nobody.listens", Subscriptions({}))


def test_an_operator_pauses_and_resumes_a_subscriber_by_command(
    app: Flask, session: Session
) -> None:
    runner = app.test_cli_runner()
    assert "is paused" in runner.invoke(args=["events", "pause", "scoring.score_fit"]).output
    assert session.scalars(select(PausedSubscriber.subscriber)).all() == ["scoring.score_fit"]
    assert "is resumed" in runner.invoke(args=["events", "resume", "scoring.score_fit"]).output
    assert session.scalars(select(PausedSubscriber.subscriber)).all() == []
    unknown = runner.invoke(args=["events", "pause", "nobody.listens"])
    assert unknown.exit_code != 0 and "is not one of" in unknown.output


def test_the_canary_that_reveals_a_stall_cannot_be_paused(app: Flask, session: Session) -> None:
    refused = app.test_cli_runner().invoke(args=["events", "pause", CANARY])
    assert refused.exit_code == 2 and "how a stall is noticed" in refused.output
    assert session.scalars(select(PausedSubscriber.subscriber)).all() == []
