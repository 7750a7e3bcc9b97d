"""What goes into one request to EventBridge, and what becomes of refused entries."""

import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from app.bridges import eventbridge
from app.bridges.addresses import EventBridgeAddress
from app.bridges.eventbridge import (
    MOST_ENTRIES,
    SIZE_LIMIT,
    TRIES,
    Entry,
    EventBridgeSink,
    choose_entries,
)

ADDRESS = EventBridgeAddress(name="bus", bus="bus", region="eu-west-1")
STREAMS = ["a", "b", "c"]
Place = tuple[str, int]


def entry(index: int, stream: str, size: int) -> Entry:
    """An entry whose detail has ``size`` bytes."""
    return Entry(index, stream, {"Source": "s", "DetailType": "t", "Detail": "x" * size})


def events_of(streams: list[str], size: int = 10) -> list[CloudEvent]:
    """One event for each stream named, numbered within its stream."""
    counts: Counter[str] = Counter()
    events = []
    for stream in streams:
        counts[stream] += 1
        attributes = {
            "id": f"{stream}-{counts[stream]}",
            "source": "http://localhost",
            "type": "application.more_provided",
            "datacontenttype": "application/json",
            "subject": stream,
            "partitionkey": stream,
            "sequence": f"{counts[stream]:010}",
        }
        events.append(CloudEvent(attributes, {"message": "x" * size}))
    return events


class Bus:
    """A bus that records what it accepted, in order; ``refuses`` decides about each entry."""

    def __init__(self, refuses: Callable[[str], bool] = lambda _: False) -> None:
        self.refuses = refuses
        self.taken: list[str] = []
        self.requests: list[int] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.requests.append(len(Entries))
        answers = []
        for one in Entries:
            event_id = json.loads(one["Detail"])["id"]
            if self.refuses(event_id):
                answers.append({"ErrorCode": "InternalFailure", "ErrorMessage": "Sorry"})
            else:
                self.taken.append(event_id)
                answers.append({"EventId": "1"})
        return {"FailedEntryCount": 0, "Entries": answers}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventbridge, "FIRST_PAUSE", 0)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghijklmnop"), st.integers(0, SIZE_LIMIT - 100)),
        min_size=1,
        max_size=60,
    )
)
def test_requests_respect_every_limit_and_carry_each_entry_once_and_no_stream_twice(
    made: list[tuple[str, int]],
) -> None:
    waiting = [entry(index, stream, size) for index, (stream, size) in enumerate(made)]
    sent = []
    while waiting:
        chosen = choose_entries(waiting)
        assert 1 <= len(chosen) <= MOST_ENTRIES
        assert sum(one.size for one in chosen) < SIZE_LIMIT
        assert len({one.stream for one in chosen}) == len(chosen)
        sent += chosen
        waiting = [one for one in waiting if one not in chosen]
    assert sorted(one.index for one in sent) == list(range(len(made)))
    for stream in {stream for stream, _ in made}:
        indexes = [one.index for one in sent if one.stream == stream]
        assert indexes == sorted(indexes)


def test_the_size_of_an_entry_is_counted_as_aws_documents_it() -> None:
    fields = {"Source": "http://ä", "DetailType": "t", "Detail": "{}", "Time": None}
    assert Entry(0, "a", fields).size == 14 + len("http://ä".encode()) + 1 + 2


@given(st.lists(st.sampled_from(STREAMS), min_size=1, max_size=30), st.integers())
def test_each_stream_arrives_in_order_whatever_is_refused_and_however_often(
    streams: list[str], seed: int
) -> None:
    chance = random.Random(seed)
    bus = Bus(refuses=lambda _: chance.random() < 0.4)
    events = events_of(streams)
    taken: list[str] = []
    rest = events
    while rest:
        sent = EventBridgeSink(ADDRESS, bus).send(rest)
        assert sent.trouble or sent.settled == len(rest)
        taken += [event.get_id() for event in rest[: sent.settled]]
        rest = rest[sent.settled :]
    assert taken == [event.get_id() for event in events]
    arrived = list(dict.fromkeys(bus.taken))  # without repeats, which a receiver recognises by id
    for stream in STREAMS:
        wanted = [event.get_id() for event in events if event.get_subject() == stream]
        assert [one for one in arrived if one.startswith(f"{stream}-")] == wanted


def test_an_event_whose_predecessor_is_refused_waits_while_other_streams_go_on() -> None:
    bus = Bus(refuses=lambda event_id: event_id == "a-1")
    sent = EventBridgeSink(ADDRESS, bus).send(events_of(["b", "a", "a", "b"]))
    assert bus.taken == ["b-1", "b-2"]
    assert (sent.settled, sent.trouble) == (1, "InternalFailure")
    assert bus.requests == [2, 2, *[1] * (TRIES - 2)]


def test_only_the_entry_that_was_refused_is_sent_again() -> None:
    refusals = iter([True])
    bus = Bus(refuses=lambda event_id: event_id == "a-1" and next(refusals, False))
    sent = EventBridgeSink(ADDRESS, bus).send(events_of(["a", "b", "c"]))
    assert (sent.settled, sent.trouble) == (3, "")
    assert bus.taken == ["b-1", "c-1", "a-1"]


def test_an_event_too_large_for_any_request_is_skipped_and_reported() -> None:
    bus = Bus()
    small, large = events_of(["a", "a"]), events_of(["b"], size=SIZE_LIMIT)
    sent = EventBridgeSink(ADDRESS, bus).send([small[0], *large, small[1]])
    assert (sent.settled, sent.trouble) == (3, "")
    assert list(sent.passed_over) == ["b-1"] and "too large" in sent.passed_over["b-1"]
    assert bus.taken == ["a-1", "a-2"]


def test_a_too_large_event_behind_a_refused_one_is_not_reported_before_its_turn() -> None:
    bus = Bus(refuses=lambda _: True)
    sent = EventBridgeSink(ADDRESS, bus).send(
        [*events_of(["a"]), *events_of(["b"], size=SIZE_LIMIT)]
    )
    assert (sent.settled, sent.passed_over) == (0, {})
