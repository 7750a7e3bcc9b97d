"""The bridge to a real RabbitMQ."""

import json
from collections.abc import Callable
from multiprocessing.pool import ThreadPool

import pika
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.database import db
from app.events.bridges import rabbitmq as link
from tests.brokers.rabbitmq import RabbitMQ
from tests.faults.wire import State, Wire
from tests.integration.bridges.conftest import (
    BASE_URL,
    Mover,
    Write,
    check_nothing_is_lost_or_out_of_order,
    new_name,
)
from tests.site import eventually

BridgeTo = Callable[..., Mover]
Message = tuple[pika.BasicProperties, str, dict[str, object]]


class Queue:
    """A durable queue that is bound to a topic exchange for some types of events."""

    def __init__(self, server: RabbitMQ, *types: str) -> None:
        self.server = server
        self.name = new_name()
        with server.channel() as channel:
            channel.exchange_declare(self.name, exchange_type="topic", durable=True)
            channel.queue_declare(self.name, durable=True)
            for one in types or ["#"]:
                channel.queue_bind(self.name, self.name, one)

    @property
    def url(self) -> str:
        return f"{self.server.url}?exchange={self.name}"

    def count(self) -> int:
        with self.server.channel() as channel:
            return int(channel.queue_declare(self.name, passive=True).method.message_count)

    def read(self) -> list[Message]:
        """Take every message out: its properties, its routing key, its body."""
        messages = []
        with self.server.channel() as channel:
            while (got := channel.basic_get(self.name, auto_ack=True))[0]:
                method, properties, body = got
                messages.append((properties, method.routing_key, json.loads(body)))
        return messages


def seen(messages: list[Message]) -> list[tuple[str, int]]:
    return [(str(body["subject"]), int(str(body["sequence"]))) for _, _, body in messages]


def test_an_event_arrives_as_a_persistent_cloudevent_under_its_type(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq, "application.*")
    mover = bridge_to(queue.url)
    ((stream, version),) = write()
    mover.move_on()
    ((properties, routing_key, body),) = queue.read()
    assert routing_key == properties.type == body["type"] == "application.more_provided"
    assert properties.content_type == "application/cloudevents+json"
    assert properties.delivery_mode == 2
    assert properties.message_id == body["id"]
    assert (body["subject"], body["sequence"]) == (stream, f"{version:010}")
    assert (body["source"], body["data"]) == (BASE_URL, {"message": ""})


def test_the_bridge_makes_its_exchange_durable_where_there_is_none(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    name = new_name()
    mover = bridge_to(f"{rabbitmq.url}?exchange={name}")
    write()
    mover.move_on()
    with rabbitmq.channel() as channel:
        channel.exchange_declare(name, exchange_type="topic", durable=True)  # fails if otherwise


def test_an_event_that_no_queue_is_bound_for_is_passed_over_and_told(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq, "engagement.*")
    mover = bridge_to(queue.url)
    write(3)
    mover.move_on()
    assert (queue.count(), mover.bridge.passed_over, mover.bridge.failures) == (0, 3, 0)
    told = mover.bridge.last_passed_over or ""
    assert told.endswith("no queue is bound for application.more_provided")


def test_an_exchange_of_another_kind_stops_the_bridge_with_the_brokers_code(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    name = new_name()
    with rabbitmq.channel() as channel:
        channel.exchange_declare(name, exchange_type="fanout")
    mover = bridge_to(f"{rabbitmq.url}?exchange={name}")
    write()
    mover.move_on()
    assert mover.bridge.last_error == "ChannelClosedByBroker (406)"


def test_a_full_queue_that_refuses_holds_the_bridge_until_there_is_room(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq)
    full = new_name()
    limits = {"x-max-length": 2, "x-overflow": "reject-publish"}
    with rabbitmq.channel() as channel:
        channel.queue_declare(full, durable=True, arguments=limits)
        channel.queue_bind(full, queue.name, "#")
    mover = bridge_to(queue.url)
    written = write(4)
    mover.move_on()
    assert mover.bridge.last_error == "NackError"
    with rabbitmq.channel() as channel:
        channel.queue_delete(full)
    mover.move_on()
    check_nothing_is_lost_or_out_of_order(seen(queue.read()), written)


def test_a_broker_that_goes_away_and_comes_back_costs_repeats_at_most(
    app: Flask, bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq)
    mover = bridge_to(queue.url)
    written = write(150, streams=4)

    def keep_moving() -> None:
        with app.app_context():
            mine = Mover(db.session(), mover.address, mover.link)
            eventually(lambda: not mine.move() and not mine.bridge.failures)

    with ThreadPool(1) as worker:
        moving = worker.apply_async(keep_moving)
        eventually(lambda: queue.count() >= 50)
        rabbitmq.stop()
        eventually(lambda: mover.bridge.failures > 0)
        rabbitmq.start()
        moving.get()
    check_nothing_is_lost_or_out_of_order(seen(queue.read()), written)


@pytest.fixture
def slow_wire(rabbitmq: RabbitMQ) -> Wire:
    return Wire(rabbitmq.port, latency=0.05)


def test_a_slow_broker_is_sent_as_much_as_it_confirms(
    bridge_to: BridgeTo,
    rabbitmq: RabbitMQ,
    slow_wire: Wire,
    write: Write,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link, "SEND_SECONDS", 0.3)
    queue = Queue(rabbitmq)
    with slow_wire:
        mover = bridge_to(queue.url.replace(f":{rabbitmq.port}", f":{slow_wire.port}"))
        written = write(20)
        slow_wire.become(State.SLOW)
        assert mover.move()
        confirmed = queue.count()
        assert 0 < confirmed < 20
        assert mover.bridge.failures == 0
        slow_wire.become(State.WHOLE)
        mover.move_on()
        mover.link.close()
    assert check_nothing_is_lost_or_out_of_order(seen(queue.read()), written) == 0


def test_a_broker_that_falls_silent_is_given_up_for_now(
    bridge_to: BridgeTo,
    rabbitmq: RabbitMQ,
    slow_wire: Wire,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(link, "HEARTBEAT_SECONDS", 1)
    queue = Queue(rabbitmq)
    with slow_wire:
        mover = bridge_to(queue.url.replace(f":{rabbitmq.port}", f":{slow_wire.port}"))
        written = write()
        mover.move_on()
        slow_wire.become(State.HALF_OPEN)
        written += write()
        mover.move_on()
        assert mover.bridge.failures == 1
        slow_wire.become(State.WHOLE)
        mover.move_on()
        mover.link.close()
    check_nothing_is_lost_or_out_of_order(seen(queue.read()), written)
