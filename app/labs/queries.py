"""What the page of a lab shows of a sandbox, read from the backbone's own tables."""

import math
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
# What a drawing has room for.
MOST_DRAWN = 60
SOON_SECONDS, LATER_SECONDS = 1, 4
# Of all open pages together; the more there are, the longer each waits.
LOOKS_A_SECOND = 8

# One statement, since each page that is open asks for it again and again. A try has failed that
# ended after the claim; the one in hand has not ended.
LOOK = text("""
WITH own AS MATERIALIZED (
    SELECT position, type, stream, version, recorded_at, relayed_at FROM events
    WHERE metadata ->> 'correlation_id' = :trace
), delivered AS (
    SELECT d.subscriber, d.status, own.recorded_at, d.last_error, d.attempts,
        d.status = 'waiting' AND d.claimed_at IS NOT NULL AS was_claimed,
        d.status = 'waiting' AND EXISTS (
            SELECT FROM delivery_tries t WHERE t.delivery_id = d.id AND t.ended_at >= d.claimed_at
        ) AS has_failed
    FROM own JOIN deliveries d ON d.event_position = own.position
), stations AS (
    SELECT subscriber,
        count(*) FILTER (WHERE status = 'done') AS done,
        count(*) FILTER (WHERE status = 'dead') AS dead,
        count(*) FILTER (WHERE status = 'waiting' AND NOT was_claimed) AS waiting,
        count(*) FILTER (WHERE has_failed) AS retrying,
        count(*) FILTER (WHERE was_claimed AND NOT has_failed) AS in_hand,
        coalesce(max(attempts) FILTER (WHERE status <> 'done'), 0) AS attempts,
        coalesce(max(last_error) FILTER (WHERE status <> 'done'), '') AS error,
        coalesce(extract(epoch FROM now() - min(recorded_at) FILTER (WHERE status <> 'done')), 0)
            ::int AS lag_seconds
    FROM delivered GROUP BY subscriber
), unrelayed AS (
    SELECT type, count(*) AS events FROM own WHERE relayed_at IS NULL GROUP BY type
), states AS (
    SELECT subscriber, json_agg(state ORDER BY number) AS consumers FROM consumers
    WHERE sandbox_id = :sandbox GROUP BY subscriber
), latest AS (
    SELECT row_number() OVER (ORDER BY position) AS number, type, stream, version, recorded_at
    FROM own ORDER BY position DESC LIMIT :events
), happened AS (
    SELECT at, kind, subscriber FROM incidents WHERE sandbox_id = :sandbox
    ORDER BY id DESC LIMIT :incidents
)
SELECT json_build_object(
    'stations', (SELECT coalesce(json_object_agg(subscriber, stations), '{}') FROM stations),
    'unrelayed', (SELECT coalesce(json_object_agg(type, events), '{}') FROM unrelayed),
    'consumers', (SELECT coalesce(json_object_agg(subscriber, consumers), '{}') FROM states),
    'events', (SELECT coalesce(json_agg(latest), '[]') FROM latest),
    'incidents', (SELECT coalesce(json_agg(happened), '[]') FROM happened),
    'in_use', (SELECT count(*) FROM sandboxes WHERE ends_at > now())
)::text
""")
NTH_EVENT = text(f"""
{READ} WHERE position = (
    SELECT position FROM (
        SELECT position, row_number() OVER (ORDER BY position) AS number
        FROM events WHERE metadata ->> 'correlation_id' = :trace
    ) AS own WHERE number = :number
)
""")  # noqa: S608 - the columns are a constant


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
    def moves(self) -> bool:
        """Whether something is in hand, or there is a consumer to take what is not, if not now
        then after its restart."""
        return self.in_hand > 0 or (self.behind > 0 and set(self.consumers) != {"stopped"})

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
    subscriber: str


class Seen(msgspec.Struct, frozen=True):
    """What LOOK finds: stations and the states of their consumers by subscriber, and of each type
    how many events nobody has been told of; ``in_use`` are the open sandboxes of all labs."""

    stations: dict[str, StationState]
    unrelayed: dict[str, int]
    consumers: dict[str, list[str]]
    events: list[EventLine]
    incidents: list[IncidentLine]
    in_use: int


class LabState(msgspec.Struct, frozen=True):
    """Everything that moves on the page; ``stations`` in the scenario's order. ``stands_still``
    where something waits and no process runs that would move it. A page may look again after
    ``least_pause`` seconds at the soonest."""

    stations: Sequence[StationState]
    sums: Sequence[Sum]
    events: Sequence[EventLine] = ()
    incidents: Sequence[IncidentLine] = ()
    count: int = 0
    faults: Sequence[str] = ()
    stands_still: bool = False
    least_pause: int = 1

    @property
    def is_settled(self) -> bool:
        """Whether all that was recorded is done."""
        return self.behind == 0

    @property
    def standing(self) -> str:
        """How things stand: "empty", "still", "dead" where something is for good, "under way",
        "waiting" for consumers that are stopped, and of what is settled "wrong" or "done"."""
        if not self.count:
            return "empty"
        if self.stands_still:
            return "still"
        if self.dead:
            return "dead"
        if self.is_settled:
            return "wrong" if any(one.holds is False for one in self.sums) else "done"
        return "under way" if any(station.moves for station in self.stations) else "waiting"

    @property
    def dead(self) -> int:
        return sum(station.dead for station in self.stations)

    @property
    def behind(self) -> int:
        return sum(station.behind for station in self.stations)

    @property
    def next_look_seconds(self) -> int:
        """How soon the page should ask again: where all is done and no killed consumer is to come
        back, the next thing to happen is a press of its own."""
        awaits_restart = any("killed" in station.consumers for station in self.stations)
        wish = SOON_SECONDS if awaits_restart or not self.is_settled else LATER_SECONDS
        return max(wish, self.least_pause)


def empty_state(scenario: Scenario) -> LabState:
    """What the page shows before the visitor has done anything."""
    return LabState(stations=[StationState() for _ in scenario.stations], sums=())


def state_of(session: Session, scenario: Scenario, sandbox: Sandbox) -> LabState:
    seen = _look(session, sandbox)
    state = LabState(
        stations=[_station(scenario, station, seen) for station in scenario.stations],
        sums=scenario.sums(session, sandbox.id) if scenario.sums else (),
        events=seen.events,
        incidents=seen.incidents,
        count=seen.events[0].number if seen.events else 0,
        faults=sandbox.faults,
        least_pause=math.ceil(seen.in_use / LOOKS_A_SECOND),
    )
    stands_still = not state.is_settled and not is_someone_at(session, RUNNING)
    return msgspec.structs.replace(state, stands_still=stands_still)


def _look(session: Session, sandbox: Sandbox) -> Seen:
    values = {
        "trace": sandbox.trace,
        "sandbox": sandbox.id,
        "events": LATEST_EVENTS,
        "incidents": LATEST_INCIDENTS,
    }
    return msgspec.json.decode(session.scalars(LOOK, values).one(), type=Seen)


def _station(scenario: Scenario, station: Station, seen: Seen) -> StationState:
    """Its deliveries, and the events that are about to be some."""
    state = seen.stations.get(station.name, StationState())
    not_yet = sum(
        seen.unrelayed.get(event.type, 0)
        for event, subscribers in scenario.subscriptions.items()
        if station.subscriber in subscribers
    )
    return msgspec.structs.replace(
        state,
        consumers=seen.consumers.get(station.name, []),
        waiting=state.waiting + not_yet,
    )


def nth_event(session: Session, sandbox: Sandbox, number: int) -> RecordedEvent | None:
    """The sandbox's event of that number, counted from 1; None where it has none, whatever the
    number."""
    row = session.execute(NTH_EVENT, {"trace": sandbox.trace, "number": number}).one_or_none()
    return recorded_event(row) if row else None
