from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided, MoreRequested
from app.events.delivery import relay
from app.events.delivery.relay import CROWD, are_workers_behind, relay_batch, run_relay
from app.events.delivery.sending import share_out
from app.events.models import Delivery, StoredEvent
from app.events.store import record
from app.events.subscription import Subscriptions
from app.events.types import RecordedEvent
from tests.integration.events.conftest import PERSON, Flow, new_stream
from tests.site import eventually

Record = Callable[..., RecordedEvent]
FlowTo = Callable[..., Flow]


def ignore(session: Session, recorded: RecordedEvent) -> None:
    """A subscriber that has nothing to do."""


def ignore_too(session: Session, recorded: RecordedEvent) -> None:
    """Another subscriber that has nothing to do."""


def test_each_subscriber_gets_a_delivery_and_a_task(session: Session, record_event: Record) -> None:
    recorded = record_event()
    sent: list[int] = []
    subscriptions = Subscriptions({MoreProvided: (ignore, ignore_too)})
    assert relay_batch(subscriptions, sent.extend) == 1
    deliveries = session.scalars(select(Delivery)).all()
    assert {d.subscriber for d in deliveries} == {"events.ignore", "events.ignore_too"}
    assert {d.event_position for d in deliveries} == {recorded.position}
    assert sorted(sent) == sorted(d.id for d in deliveries)


def test_an_event_without_subscribers_is_relayed_to_nobody(
    session: Session, record_event: Record
) -> None:
    record_event()
    assert relay_batch(Subscriptions({}), lambda _: None) == 1
    assert relay_batch(Subscriptions({}), lambda _: None) == 0
    assert session.scalars(select(Delivery)).all() == []


def test_a_newer_releases_event_and_those_behind_it_in_its_stream_are_left_to_its_relay(
    session: Session, record_event: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = new_stream()
    record_event(stream)
    record(session, stream, MoreRequested(message="and?"), actor="system:test", person=PERSON)
    session.commit()
    table = Subscriptions({MoreProvided: (ignore,), MoreRequested: (ignore_too,)})
    with monkeypatch.context() as before_the_upgrade:
        before_the_upgrade.setattr(relay, "known_types", lambda: [MoreRequested.type])
        assert relay_batch(table, lambda _: None) == 0
    assert relay_batch(table, lambda _: None) == 2
    assert len(session.scalars(select(Delivery)).all()) == 2


def test_concurrent_relays_add_each_delivery_once(
    app: Flask, session: Session, record_event: Record
) -> None:
    stream = new_stream()
    for number in range(60):
        record_event(stream if number % 2 else None)
    sent: list[int] = []
    together = Barrier(4)
    subscriptions = Subscriptions({MoreProvided: (ignore,)})

    def relay() -> None:
        with app.app_context():
            together.wait()
            while relay_batch(subscriptions, sent.extend):
                pass

    threads = [Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while relay_batch(subscriptions, sent.extend):  # what each left to the others
        pass
    assert Counter(session.scalars(select(Delivery.event_position))) == Counter(
        session.scalars(select(StoredEvent.position))
    )
    # Those of one stream wait for the first of them.
    assert len(sent) == len(set(sent)) == 31


def test_only_the_first_unfinished_delivery_of_a_stream_gets_a_task(
    record_event: Record, flow_to: FlowTo
) -> None:
    stream = new_stream()
    flow = flow_to(ignore)
    record_event(stream)
    record_event(stream)
    assert len(flow.relay()) == 1
    record_event(stream)
    assert flow.relay() == []
    while flow.sent:
        flow.deliver(flow.sent.pop())
    assert flow.unfinished() == 0
    record_event(stream)
    assert len(flow.relay()) == 1


def test_an_events_deliveries_share_a_task_and_more_events_make_larger_tasks() -> None:
    assert share_out([[1, 2, 3, 4], [5, 6]]) == [[1, 2, 3, 4], [5, 6]]
    assert share_out([[at] for at in range(40)]) == [[*range(at, at + 5)] for at in range(0, 40, 5)]
    assert {len(task) for task in share_out([[at] for at in range(1000)])} == {10}
    assert {len(task) for task in share_out([[at] * 4 for at in range(1000)])} == {8}
    assert share_out([]) == []


def test_events_recorded_one_by_one_while_workers_are_behind_share_tasks(
    app: Flask, session: Session, record_event: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A slow machine takes longer to record them, too.
    monkeypatch.setattr("app.events.delivery.relay.GATHER_SECONDS", 2.0)
    tasks: list[Sequence[int]] = []
    stop = Event()
    dsn = app.config["SITE"].postgres_url
    subscriptions = Subscriptions({MoreProvided: (ignore,)})

    def relay() -> None:
        with app.app_context():
            run_relay(dsn, subscriptions, tasks.append, poll_seconds=0.05, stop=stop)

    def record_one_by_one(count: int) -> int:
        """Record so many events; return how many tasks they took."""
        before = len(tasks)
        events = [record_event() for _ in range(count)]
        eventually(lambda: all(deliveries_of(session, event) for event in events))
        return len(tasks) - before

    with ThreadPoolExecutor() as pool:
        relaying = pool.submit(relay)
        try:
            record_one_by_one(CROWD)
            assert are_workers_behind()
            assert record_one_by_one(CROWD) < CROWD / 2
        finally:
            stop.set()
        relaying.result()


def test_claimed_or_blocked_deliveries_do_not_mean_that_workers_are_behind(
    session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    flow = flow_to(ignore)
    stream = new_stream()
    for _ in range(CROWD):
        record_event(stream)  # all wait for the first
    flow.relay()
    assert not are_workers_behind()
    for _ in range(CROWD):
        record_event()
    flow.relay()
    assert are_workers_behind()
    for delivery_id in flow.sent:
        flow.claim(delivery_id)
    assert not are_workers_behind()


def test_an_events_deliveries_go_in_one_task_in_the_order_of_the_subscriptions(
    record_event: Record,
) -> None:
    sent: list[Sequence[int]] = []
    record_event()
    record_event()
    relay_batch(Subscriptions({MoreProvided: (ignore, ignore_too)}), sent.append)
    assert [len(task) for task in sent] == [2, 2]
    assert sent == sorted(map(sorted, sent))


def deliveries_of(session: Session, event: RecordedEvent) -> int:
    return len(session.scalars(select(Delivery).filter_by(event_position=event.position)).all())


def test_an_event_waits_while_another_relay_holds_its_predecessor(
    app: Flask, session: Session, record_event: Record, flow_to: FlowTo
) -> None:
    stream = new_stream()
    first, second = record_event(stream), record_event(stream)
    elsewhere = record_event()
    flow = flow_to(ignore)
    dsn = app.config["SITE"].DATABASE_URL
    with psycopg.connect(dsn) as other_relay:
        other_relay.execute("SELECT 1 FROM events WHERE position = %s FOR UPDATE", [first.position])
        relayed = [flow.delivery(one).event_position for one in flow.relay()]
        assert relayed == [elsewhere.position]
    assert [flow.delivery(one).event_position for one in flow.relay()] == [first.position]
    assert deliveries_of(session, second) == 1


def test_a_delivery_that_the_broker_refuses_is_left_to_the_sweep(
    record_event: Record, flow_to: FlowTo
) -> None:
    record_event()
    flow = flow_to(ignore)

    def refuse(delivery_ids: Sequence[int]) -> None:
        flow.sent.extend(delivery_ids)
        raise ConnectionError

    assert relay_batch(flow.subscriptions, refuse) == 1
    delivery = flow.delivery(flow.sent[0])
    assert (delivery.status, delivery.sent_at) == ("waiting", None)
