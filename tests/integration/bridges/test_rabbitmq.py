"""The bridge to a real RabbitMQ."""

from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from pathlib import Path
from urllib.parse import quote

import pika
import pytest
from flask import Flask
from pika import BlockingConnection
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.bridges import rabbitmq as sink
from app.platform.database import db
from tests.brokers.rabbitmq import Queue, RabbitMQ
from tests.certificate import Certificate
from tests.faults.wire import State, Wire
from tests.integration.bridges.conftest import (
    BASE_URL,
    Mover,
    Write,
    check_nothing_is_lost_or_out_of_order,
    new_name,
)
from tests.site import eventually
from tests.staff import browser_of

BridgeTo = Callable[..., Mover]


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


def test_over_tls_events_go_to_a_broker_with_a_trusted_certificate(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq)
    mover = bridge_to(
        f"{rabbitmq.url_over_tls}?exchange={queue.name}&ca={quote(str(rabbitmq.certificate))}"
    )
    written = write(3)
    mover.move_on()
    assert (mover.bridge.failures, queue.seen()) == (0, written)


def test_over_tls_a_broker_with_an_untrusted_certificate_is_sent_nothing_and_staff_see_why(
    app: Flask,
    bridge_to: BridgeTo,
    rabbitmq: RabbitMQ,
    write: Write,
    ada: Staff,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = Queue(rabbitmq)
    others = {
        "": "self-signed certificate",
        f"&ca={Certificate(tmp_path, 'other.example').file}": "self-signed certificate",
    }
    for option, reason in others.items():
        mover = bridge_to(f"{rabbitmq.url_over_tls}?exchange={queue.name}&name=tls{option}")
        write()
        mover.move_on()
        assert mover.bridge.last_error == f"SSLCertVerificationError ({reason})"
    monkeypatch.setitem(app.extensions, "bridges", {"tls": mover.address})
    page = browser_of(app, ada).get("/staff/events/").text
    assert "SSLCertVerificationError (self-signed certificate)" in page
    assert queue.count() == 0


def test_over_tls_a_certificate_for_another_host_is_refused(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    url = rabbitmq.url_over_tls.replace("127.0.0.1", "localhost")
    mover = bridge_to(f"{url}?exchange=events&ca={quote(str(rabbitmq.certificate))}")
    write()
    mover.move_on()
    assert "Hostname mismatch" in str(mover.bridge.last_error)


def test_the_bridge_creates_a_durable_exchange_where_there_is_none(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    name = new_name()
    mover = bridge_to(f"{rabbitmq.url}?exchange={name}")
    write()
    mover.move_on()
    with rabbitmq.channel() as channel:
        channel.exchange_declare(name, exchange_type="topic", durable=True)  # fails if it differs


def test_an_event_that_no_queue_is_bound_for_is_passed_over_and_reported(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq, "engagement.*")
    mover = bridge_to(queue.url)
    write(3)
    mover.move_on()
    assert (queue.count(), mover.bridge.passed_over, mover.bridge.failures) == (0, 3, 0)
    told = mover.bridge.last_passed_over or ""
    assert told.endswith("no queue is bound for application.more_provided")


def test_an_exchange_of_the_wrong_type_stops_the_bridge_with_the_brokers_code(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    name = new_name()
    with rabbitmq.channel() as channel:
        channel.exchange_declare(name, exchange_type="fanout")
    mover = bridge_to(f"{rabbitmq.url}?exchange={name}")
    write()
    mover.move_on()
    assert mover.bridge.last_error == "ChannelClosedByBroker (406)"


def test_an_exchange_of_the_wrong_type_leaves_no_connection_open(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_name()
    with rabbitmq.channel() as channel:
        channel.exchange_declare(name, exchange_type="fanout")
    opened: list[pika.BlockingConnection] = []

    def connect(parameters: pika.URLParameters) -> pika.BlockingConnection:
        opened.append(BlockingConnection(parameters))
        return opened[-1]

    monkeypatch.setattr(pika, "BlockingConnection", connect)
    mover = bridge_to(f"{rabbitmq.url}?exchange={name}")
    write()
    mover.move_on()
    assert opened and not any(connection.is_open for connection in opened)


def test_a_wrong_password_stops_the_bridge_and_is_not_shown(
    bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq)
    mover = bridge_to(queue.url.replace("guest:guest", "guest:s3cret"))
    start = mover.bridge.place
    write()
    mover.move_on()
    assert (mover.bridge.place, mover.bridge.failures) == (start, 1)
    assert mover.bridge.last_error == "ProbableAuthenticationError"


def test_a_full_queue_holds_up_the_bridge_until_there_is_room(
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
    check_nothing_is_lost_or_out_of_order(queue.seen(), written)


def test_a_broker_that_goes_away_and_comes_back_causes_at_worst_repeats(
    app: Flask, bridge_to: BridgeTo, rabbitmq: RabbitMQ, write: Write
) -> None:
    queue = Queue(rabbitmq)
    mover = bridge_to(queue.url)
    written = write(150, streams=4)

    def keep_moving() -> None:
        with app.app_context():
            mine = Mover(db.session(), mover.address, mover.sink)
            eventually(lambda: not mine.move() and not mine.bridge.failures)

    with ThreadPool(1) as worker:
        moving = worker.apply_async(keep_moving)
        eventually(lambda: queue.count() >= 50)
        rabbitmq.stop()
        eventually(lambda: mover.bridge.failures > 0)
        rabbitmq.start()
        moving.get()
    check_nothing_is_lost_or_out_of_order(queue.seen(), written)


@pytest.fixture
def slow_wire(rabbitmq: RabbitMQ) -> Wire:
    return Wire(rabbitmq.port, latency=0.05)


def test_a_slow_broker_is_sent_only_as_much_as_it_confirms(
    bridge_to: BridgeTo,
    rabbitmq: RabbitMQ,
    slow_wire: Wire,
    write: Write,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "SEND_SECONDS", 0.3)
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
        mover.sink.close()
    assert check_nothing_is_lost_or_out_of_order(queue.seen(), written) == 0


def test_a_broker_that_falls_silent_is_given_up_on_and_tried_again_later(
    bridge_to: BridgeTo,
    rabbitmq: RabbitMQ,
    slow_wire: Wire,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "HEARTBEAT_SECONDS", 1)
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
        mover.sink.close()
    check_nothing_is_lost_or_out_of_order(queue.seen(), written)
