"""The bridge to a server with the EventBridge API."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from app.bridges import eventbridge
from app.bridges.addresses import EventBridgeAddress, parse_bridges
from app.bridges.eventbridge import EventBridgeSink
from tests.brokers.aws import REGION, Aws
from tests.faults.wire import State
from tests.integration.bridges.conftest import (
    BASE_URL,
    Mover,
    Write,
    check_nothing_is_lost_or_out_of_order,
    new_name,
)

BridgeTo = Callable[..., Mover]


@pytest.fixture
def bus(aws: Aws) -> str:
    return aws.make_bus(new_name())


def address(aws: Aws, bus: str) -> str:
    return f"eventbridge://{bus}?region={REGION}&endpoint={aws.endpoint}"


def test_an_event_arrives_with_its_type_and_the_whole_cloudevent_as_its_detail(
    bridge_to: BridgeTo, aws: Aws, bus: str, write: Write
) -> None:
    mover = bridge_to(address(aws, bus))
    ((stream, version),) = write()
    mover.move_on()
    (message,) = aws.read(bus)
    assert (message["source"], message["detail-type"]) == (BASE_URL, "application.more_provided")
    detail = message["detail"]
    assert (detail["subject"], detail["sequence"]) == (stream, f"{version:010}")
    assert (detail["specversion"], detail["data"]) == ("1.0", {"message": ""})


def test_many_events_of_a_few_streams_arrive_in_order_within_each_stream(
    bridge_to: BridgeTo, aws: Aws, bus: str, write: Write
) -> None:
    mover = bridge_to(address(aws, bus))
    written = write(8, streams=14)
    mover.move_on()
    assert check_nothing_is_lost_or_out_of_order(aws.seen(bus), written) == 0


def test_a_service_that_goes_away_and_comes_back_causes_at_worst_repeats(
    bridge_to: BridgeTo, aws: Aws, bus: str, write: Write
) -> None:
    mover = bridge_to(address(aws, bus))
    written = write(5, streams=3)
    aws.wire.become(State.REFUSED)
    mover.move_on()
    assert mover.bridge.last_error == "EndpointConnectionError"
    aws.wire.become(State.WHOLE)
    mover.move_on()
    check_nothing_is_lost_or_out_of_order(aws.seen(bus), written)


class Grumpy:
    """The service, except that entries are refused at random before they reach it."""

    def __init__(self, client: Any, seed: int) -> None:
        self._client = client
        self._chance = random.Random(seed)
        self.refused = 0

    def refuses(self, entry: dict[str, Any]) -> bool:
        return self._chance.random() < 0.3

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        refused = {i for i, entry in enumerate(Entries) if self.refuses(entry)}
        self.refused += len(refused)
        accepted = [entry for i, entry in enumerate(Entries) if i not in refused]
        answers = iter(self._client.put_events(Entries=accepted)["Entries"] if accepted else ())
        return {
            "Entries": [
                {"ErrorCode": "ThrottlingException"} if i in refused else next(answers)
                for i in range(len(Entries))
            ]
        }


def test_after_a_partial_failure_entries_are_sent_again_in_each_streams_order(
    bridge_to: BridgeTo, aws: Aws, bus: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventbridge, "FIRST_PAUSE", 0)
    (where,) = parse_bridges(address(aws, bus))
    assert isinstance(where, EventBridgeAddress)
    grumpy = Grumpy(aws.client("events"), seed=3)
    mover = bridge_to(address(aws, bus), EventBridgeSink(where, grumpy))
    written = write(6, streams=12)
    while mover.move() or mover.bridge.failures:
        pass
    assert grumpy.refused
    check_nothing_is_lost_or_out_of_order(aws.seen(bus), written)


# By then a batch of 100 has been halved down to one.
TRIES_UNTIL_ALONE = 7


class Particular(Grumpy):
    """The service, except that the entries of one stream are refused."""

    def __init__(self, client: Any, stream: str) -> None:
        super().__init__(client, seed=0)
        self.stream = stream

    def refuses(self, entry: dict[str, Any]) -> bool:
        return self.stream in entry["Detail"]


def test_entries_accepted_beside_a_refused_one_are_soon_not_repeated_with_it(
    bridge_to: BridgeTo, aws: Aws, bus: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eventbridge, "FIRST_PAUSE", 0)
    (where,) = parse_bridges(address(aws, bus))
    assert isinstance(where, EventBridgeAddress)
    written = write(streams=3)
    first, refused, last = (stream for stream, _ in written)
    particular = Particular(aws.client("events"), refused)
    mover = bridge_to(f"{address(aws, bus)}&from=start", EventBridgeSink(where, particular))
    for _ in range(TRIES_UNTIL_ALONE):
        mover.move_on()
    assert aws.seen(bus)[:2] == [(first, 1), (last, 1)]
    mover.move_on()
    assert aws.seen(bus) == []
    particular.stream = "none"
    mover.move_on()
    assert aws.seen(bus) == [(refused, 1), (last, 1)]


def test_two_events_of_one_stream_in_the_same_request_could_swap_places(
    bridge_to: BridgeTo, aws: Aws, bus: str, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the next ten entries go out together, whatever their streams."""
    monkeypatch.setattr(eventbridge, "FIRST_PAUSE", 0)
    monkeypatch.setattr(eventbridge, "choose_entries", lambda waiting: waiting[:10])
    (where,) = parse_bridges(address(aws, bus))
    assert isinstance(where, EventBridgeAddress)
    mover = bridge_to(
        address(aws, bus), EventBridgeSink(where, Grumpy(aws.client("events"), seed=3))
    )
    written = write(20)
    while mover.move() or mover.bridge.failures:
        pass
    with pytest.raises(AssertionError):
        check_nothing_is_lost_or_out_of_order(aws.seen(bus), written)


def test_a_missing_event_bus_stops_the_bridge(bridge_to: BridgeTo, aws: Aws, write: Write) -> None:
    mover = bridge_to(address(aws, "no-such-bus"))
    start = mover.bridge.place
    write()
    mover.move_on()
    assert (mover.bridge.place, mover.bridge.failures) == (start, 1)
