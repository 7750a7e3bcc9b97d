"""Bridges that a test runs by hand."""

import secrets
from collections.abc import Callable, Iterator, Sequence

import pytest
from cloudevents.core.v1.event import CloudEvent
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.bridges.addresses import BridgeAddress, parse_bridges
from app.bridges.forward import forward_batch
from app.bridges.models import Bridge
from app.bridges.sink import Sent, Sink
from app.bridges.tasks import sink_for
from app.events.store import record
from tests.integration.events.conftest import PERSON, new_stream
from tests.settled import wait_until_settled

BASE_URL = "http://localhost"
LOG = "SELECT stream::text, version::int FROM events ORDER BY position"
LAG = """
SELECT count(*) FROM events, bridges
WHERE (events.horizon, events.position) > (bridges.horizon, bridges.position)
"""
Write = Callable[..., list[tuple[str, int]]]


def new_name() -> str:
    return f"events-{secrets.token_hex(4)}"


@pytest.fixture
def write(session: Session) -> Write:
    """Record a number of events in each of a number of streams, in turn; return their (stream,
    version) pairs."""

    def write(count: int = 1, streams: int = 1) -> list[tuple[str, int]]:
        names = [new_stream() for _ in range(streams)]
        written = []
        for _ in range(count):
            for stream in names:
                recorded = record(
                    session, stream, MoreProvided(message="hello"), actor="prospect", person=PERSON
                )
                written.append((stream, recorded.version))
            session.commit()
        wait_until_settled()
        return written

    return write


class Mover:
    """Runs one bridge by hand, as its task does, with its own sink."""

    def __init__(self, session: Session, address: BridgeAddress, sink: Sink) -> None:
        self.session = session
        self.address = address
        self.sink = sink

    def move(self) -> bool:
        """Send one batch; return whether to go on."""
        return forward_batch(self.session, self.address, self.sink, base_url=BASE_URL)

    def move_on(self) -> None:
        """Send batches until nothing is left or one fails."""
        while self.move():
            pass

    @property
    def bridge(self) -> Bridge:
        """The bridge as it stands, read in a transaction that is over: the server ends one that a
        test keeps open while it waits."""
        bridge = self.session.get_one(Bridge, self.address.name, populate_existing=True)
        self.session.expunge(bridge)
        self.session.commit()
        return bridge


@pytest.fixture
def bridge_to(session: Session) -> Iterator[Callable[..., Mover]]:
    """A bridge to that address, positioned at the log's present end, or at its start."""
    movers: list[Mover] = []

    def bridge_to(url: str, sink: Sink | None = None) -> Mover:
        (address,) = parse_bridges(url)
        mover = Mover(session, address, sink or sink_for(address))
        movers.append(mover)
        mover.move()
        return mover

    yield bridge_to
    for mover in movers:
        mover.sink.close()


class OtherSide:
    """A sink that keeps events in a list. ``answer`` decides how each batch ends; ``taken`` are the
    confirmed events."""

    def __init__(self) -> None:
        self.taken: list[CloudEvent] = []
        self.answer: Callable[[Sequence[CloudEvent]], Sent] = lambda batch: Sent(len(batch))

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        sent = self.answer(batch)
        self.taken += batch[: sent.settled]
        return sent

    def close(self) -> None:
        pass


def places(events: Sequence[CloudEvent]) -> list[tuple[str, int]]:
    """The (stream, version) of each event, in order."""
    return [(str(e.get_subject()), int(str(e.get_extension("sequence")))) for e in events]


def check_nothing_is_lost_or_out_of_order(
    seen: Sequence[tuple[str, int]], written: Sequence[tuple[str, int]]
) -> int:
    """Drop repeats, as a receiver does by event id, and compare stream by stream.

    Returns the number of repeats.
    """
    first_seen = list(dict.fromkeys(seen))
    for stream in {stream for stream, _ in written}:
        assert [v for s, v in first_seen if s == stream] == [v for s, v in written if s == stream]
    assert len(first_seen) == len(written)
    return len(seen) - len(first_seen)
