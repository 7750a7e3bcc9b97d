"""The bridge to a broker that speaks Kafka's protocol."""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing.pool import ThreadPool

import pytest
from cloudevents.core.v1.event import CloudEvent

from app.bridges import kafka
from app.bridges.addresses import parse_bridges
from app.bridges.sink import Sent, Sink
from app.bridges.tasks import sink_for
from app.platform.kafka import NO_ANSWER, client_settings
from local.ports import HOST
from tests.brokers.tansu import Tansu, headers_of, places_in
from tests.faults.wire import State, Wire
from tests.integration.bridges.conftest import (
    BASE_URL,
    Mover,
    Write,
    check_nothing_is_lost_or_out_of_order,
    new_name,
)

BridgeTo = Callable[..., Mover]


def address(tansu: Tansu, topic: str) -> str:
    return f"kafka://{tansu.servers}/{topic}"


@pytest.fixture
def topic(tansu: Tansu) -> str:
    return tansu.make_topic(new_name())


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a batch sooner than in production."""
    monkeypatch.setattr(kafka, "SEND_SECONDS", 1.0)


def test_an_event_arrives_in_binary_mode_with_its_stream_as_the_key(
    bridge_to: BridgeTo, tansu: Tansu, topic: str, write: Write
) -> None:
    mover = bridge_to(address(tansu, topic))
    ((stream, version),) = write()
    mover.move_on()
    (message,) = tansu.read(topic, 1)
    headers = headers_of(message)
    assert message.key() == stream.encode()
    assert json.loads(message.value() or b"") == {"message": ""}
    assert headers["content-type"] == "application/json"
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_type"] == "application.more_provided"
    assert headers["ce_source"] == BASE_URL
    assert (headers["ce_subject"], headers["ce_sequence"]) == (stream, f"{version:010}")


def test_a_stream_goes_to_one_partition_in_its_order(
    bridge_to: BridgeTo, tansu: Tansu, topic: str, write: Write
) -> None:
    mover = bridge_to(address(tansu, topic))
    written = write(30, streams=8)
    mover.move_on()
    messages = tansu.read(topic, len(written))
    assert check_nothing_is_lost_or_out_of_order(places_in(messages), written) == 0
    partitions: dict[bytes | str | None, set[int | None]] = {}
    for message in messages:
        partitions.setdefault(message.key(), set()).add(message.partition())
    assert all(len(numbers) == 1 for numbers in partitions.values())
    assert len(set.union(*partitions.values())) > 1


def test_a_message_that_fails_stops_the_rest_of_its_batch(tansu: Tansu, topic: str) -> None:
    (where,) = parse_bridges(address(tansu, topic))
    attributes = {"id": "1", "source": BASE_URL, "type": "test", "datacontenttype": "text/plain"}
    small, too_large = CloudEvent(attributes, "x"), CloudEvent(attributes, "x" * 2_000_000)
    with closing(sink_for(where)) as sink:
        assert sink.send([small, too_large, small]) == Sent(1, trouble="MSG_SIZE_TOO_LARGE")
        assert sink.send([small]) == Sent(1)
    assert len(tansu.read(topic, 2)) == 2


def test_a_missing_topic_is_named_where_brokers_do_not_create_topics(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Tansu creates every topic; librdkafka's own broker does not.
    own_broker = {"test.mock.num.brokers": 1, "allow.auto.create.topics": False, "log_level": 0}
    monkeypatch.setattr(kafka, "client_settings", lambda where: client_settings(where) | own_broker)
    (missing,) = parse_bridges(f"kafka://{HOST}:9/missing")
    event = CloudEvent({"id": "1", "source": BASE_URL, "type": "test"}, {})
    with closing(sink_for(missing)) as sink:
        assert sink.send([event]) == Sent(0, trouble="UNKNOWN_TOPIC_OR_PART")


def test_the_position_does_not_advance_while_the_broker_is_away(
    bridge_to: BridgeTo, tansu: Tansu, topic: str, write: Write, hasty: None
) -> None:
    mover = bridge_to(address(tansu, topic))
    start = mover.bridge.place
    written = write(5)
    tansu.wire.become(State.REFUSED)
    mover.move_on()
    assert mover.bridge.place == start
    assert mover.bridge.last_error == f"{NO_ANSWER} (_TRANSPORT)"
    tansu.wire.become(State.WHOLE)
    # A hasty try may be given up on when the machine is busy, too.
    while mover.move() or mover.bridge.failures:
        pass
    check_nothing_is_lost_or_out_of_order(tansu.seen(topic, 5), written)


class Saboteur:
    """Passes batches on; of every three, it cuts the connection before one and in the middle of
    one."""

    def __init__(self, sink: Sink, wire: Wire, trouble: State) -> None:
        self._sink = sink
        self._wire = wire
        self._trouble = trouble
        self.sends = 0
        self.failures = 0

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        self.sends += 1
        with ThreadPool(1) as pool:
            if self.sends % 3:
                breaking = pool.apply_async(self._wire.become, (self._trouble,))
                if self.sends % 3 == 1:
                    breaking.get()
            sent = self._sink.send(batch)
        self._wire.become(State.WHOLE)
        self.failures += bool(sent.trouble)
        return sent

    def close(self) -> None:
        self._sink.close()


@pytest.mark.parametrize("trouble", [State.REFUSED, State.RESET, State.HALF_OPEN])
def test_a_broker_that_comes_and_goes_causes_at_worst_repeats(
    bridge_to: BridgeTo, tansu: Tansu, topic: str, write: Write, hasty: None, trouble: State
) -> None:
    (where,) = parse_bridges(address(tansu, topic))
    saboteur = Saboteur(sink_for(where), tansu.wire, trouble)
    mover = bridge_to(address(tansu, topic), saboteur)
    written = write(25, streams=4)
    while mover.move() or mover.bridge.failures:
        pass
    assert saboteur.failures
    check_nothing_is_lost_or_out_of_order(tansu.seen(topic, len(written)), written)


def test_a_slow_broker_is_waited_for(
    bridge_to: BridgeTo, tansu: Tansu, topic: str, write: Write
) -> None:
    mover = bridge_to(address(tansu, topic))
    written = write(40, streams=5)
    tansu.wire.become(State.SLOW)
    mover.move_on()
    assert mover.bridge.failures == 0
    tansu.wire.become(State.WHOLE)
    messages = tansu.read(topic, len(written))
    assert check_nothing_is_lost_or_out_of_order(places_in(messages), written) == 0
