"""What the page of a lab shows of a sandbox, read from the backbone's own tables."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import is_someone_at
from app.events.rows import READ, recorded_event
from app.events.types import RecordedEvent
from app.labs.backbone import RUNNING
from app.labs.models import Sandbox
from app.labs.scenario import Scenario, Station, Sum

LATEST_EVENTS = 8
LATEST_INCIDENTS = 16
Own = dict[str, str | uuid.UUID]
# What a drawing has room for.
MOST_DRAWN = 60
SOON_SECONDS, LATER_SECONDS = 1, 4

# A try has failed that ended after the claim; the one in hand has not ended.
STATIONS = text("""
WITH own AS (
    SELECT position, type, relayed_at, recorded_at FROM events
    WHERE metadata ->> 'correlation_id' = :trace
), delivered AS (
    SELECT d.subscriber, d.status, d.not_before, own.recorded_at, d.last_error,
        d.status = 'waiting' AND d.claimed_at IS NOT NULL AS was_claimed,
        d.status = 'waiting' AND EXISTS (
            SELECT FROM delivery_tries t WHERE t.delivery_id = d.id AND t.ended_at >= d.claimed_at
        ) AS has_failed,
        d.attempts
    FROM own JOIN deliveries d ON d.event_position = own.position
)
SELECT subscriber,
    count(*) FILTER (WHERE status = 'done') AS done,
    count(*) FILTER (WHERE status = 'dead') AS dead,
    count(*) FILTER (WHERE status = 'waiting' AND NOT was_claimed) AS waiting,
    count(*) FILTER (WHERE has_failed) AS retrying,
    count(*) FILTER (WHERE was_claimed AND NOT has_failed) AS in_hand,
    max(attempts) FILTER (WHERE status <> 'done') AS attempts,
    max(last_error) FILTER (WHERE status <> 'done') AS error,
    extract(epoch FROM now() - min(recorded_at) FILTER (WHERE status <> 'done'))::int AS lag_seconds
FROM delivered GROUP BY subscriber
""")
UNRELAYED = text("""
SELECT type, count(*) AS unrelayed FROM events
WHERE metadata ->> 'correlation_id' = :trace AND relayed_at IS NULL GROUP BY type
""")
CONSUMERS = text("""
SELECT subscriber, number, state FROM consumers WHERE sandbox_id = :sandbox
ORDER BY subscriber, number
""")
EVENTS = text("""
SELECT row_number() OVER (ORDER BY position) AS number, type, stream, version, recorded_at
FROM events WHERE metadata ->> 'correlation_id' = :trace ORDER BY position DESC LIMIT :most
""")
NTH_EVENT = text(f"""
{READ} WHERE position = (
    SELECT position FROM (
        SELECT position, row_number() OVER (ORDER BY position) AS number
        FROM events WHERE metadata ->> 'correlation_id' = :trace
    ) AS own WHERE number = :number
)
""")  # noqa: S608 - the columns are a constant
INCIDENTS = text("""
SELECT at, kind, subscriber FROM incidents WHERE sandbox_id = :sandbox
ORDER BY id DESC LIMIT :most
""")


class StationState(msgspec.Struct, frozen=True):
    """A subscriber's deliveries in one sandbox. ``waiting`` are those that nobody has tried,
    ``retrying`` failed and wait for their next try; ``lag_seconds`` is the age of the oldest event
    that is not done. ``consumers`` are their states."""

    consumers: Sequence[str] = ("running",)
    done: int = 0
    in_hand: int = 0
    waiting: int = 0
    retrying: int = 0
    dead: int = 0
    attempts: int = 0
    error: str = ""
    lag_seconds: int = 0

    @property
    def behind(self) -> int:
        return self.waiting + self.in_hand + self.retrying + self.dead

    @property
    def queue(self) -> list[str]:
        """What is not done, piece by piece, as far as it can be drawn: what is dead comes first,
        what nobody has tried comes last."""
        states = {"dead": self.dead, "retrying": self.retrying, "in-hand": self.in_hand}
        pieces = [state for state, count in states.items() for _ in range(count)]
        return [*pieces, *("waiting" for _ in range(self.waiting))][:MOST_DRAWN]


class EventLine(msgspec.Struct, frozen=True):
    """An event, by its number in the sandbox."""

    number: int
    type: str
    stream: str
    version: int
    recorded_at: datetime


class IncidentLine(msgspec.Struct, frozen=True):
    at: datetime
    kind: str
    station: str


class LabState(msgspec.Struct, frozen=True):
    """Everything that moves on the page; ``stations`` in the scenario's order. ``stands_still``
    where something waits and no process runs that would move it."""

    stations: Sequence[StationState]
    sums: Sequence[Sum]
    events: Sequence[EventLine] = ()
    incidents: Sequence[IncidentLine] = ()
    count: int = 0
    faults: Sequence[str] = ()
    stands_still: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether all that was recorded is done."""
        return not any(station.behind for station in self.stations)

    @property
    def next_look_seconds(self) -> int:
        """How soon the page should ask again: where nothing moves, the next thing to happen is a
        press of its own."""
        awaits_restart = any("killed" in station.consumers for station in self.stations)
        return SOON_SECONDS if awaits_restart or not self.is_settled else LATER_SECONDS


def empty_state(scenario: Scenario) -> LabState:
    """What the page shows before the visitor has done anything."""
    return LabState(stations=[StationState() for _ in scenario.stations], sums=())


def state_of(session: Session, scenario: Scenario, sandbox: Sandbox) -> LabState:
    own: Own = {"trace": sandbox.trace, "sandbox": sandbox.id}
    events = session.execute(EVENTS, {**own, "most": LATEST_EVENTS}).all()
    titles = {station.name: station.title for station in scenario.stations}
    incidents = session.execute(INCIDENTS, {**own, "most": LATEST_INCIDENTS})
    state = LabState(
        stations=_stations(session, scenario, own),
        sums=scenario.sums(session, sandbox.id) if scenario.sums else (),
        events=[EventLine(*row) for row in events],
        incidents=[IncidentLine(row.at, row.kind, titles[row.subscriber]) for row in incidents],
        count=events[0].number if events else 0,
        faults=sandbox.faults,
    )
    stands_still = not state.is_settled and not is_someone_at(session, RUNNING)
    return msgspec.structs.replace(state, stands_still=stands_still)


def _stations(session: Session, scenario: Scenario, own: Own) -> list[StationState]:
    found = {row.subscriber: row for row in session.execute(STATIONS, own)}
    unrelayed = {row.type: row.unrelayed for row in session.execute(UNRELAYED, own)}
    consumers: defaultdict[str, list[str]] = defaultdict(list)
    for row in session.execute(CONSUMERS, own):
        consumers[row.subscriber].append(row.state)

    def state(station: Station) -> StationState:
        row = found.get(station.name)
        not_yet = sum(
            unrelayed.get(event.type, 0)
            for event, subscribers in scenario.subscriptions.items()
            if station.subscriber in subscribers
        )
        state = StationState(consumers=consumers[station.name], waiting=not_yet)
        if row is None:
            return state
        return msgspec.structs.replace(
            state,
            done=row.done,
            in_hand=row.in_hand,
            waiting=row.waiting + not_yet,
            retrying=row.retrying,
            dead=row.dead,
            attempts=row.attempts or 0,
            error=row.error or "",
            lag_seconds=row.lag_seconds or 0,
        )

    return [state(station) for station in scenario.stations]


def nth_event(session: Session, sandbox: Sandbox, number: int) -> RecordedEvent | None:
    """The sandbox's event of that number, counted from 1; None where it has none, whatever the
    number."""
    row = session.execute(NTH_EVENT, {"trace": sandbox.trace, "number": number}).one_or_none()
    return recorded_event(row) if row else None
