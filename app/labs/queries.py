"""What a lab's page shows of a sandbox, read from the backbone's own tables."""

import math

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.rows import READ, recorded_event
from app.events.types import RecordedEvent
from app.labs.backbone import RUNNING
from app.labs.models import Sandbox
from app.labs.scenario import Scenario, Station
from app.labs.state import EventLine, IncidentLine, LabState, StationState
from app.platform.database.advisory_locks import is_someone_at

LATEST_EVENTS = 8
LATEST_INCIDENTS = 16
# For all open pages together: the more there are, the longer each waits.
LOOKS_A_SECOND = 8

# One statement, since every open page keeps polling for it. A delivery has failed if a try ended
# after its claim; a try in hand has not ended.
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


class Seen(msgspec.Struct, frozen=True):
    """The result of LOOK: stations, and the states of their consumers, by subscriber; how many
    events of each type are not relayed; ``in_use`` counts the open sandboxes of all labs."""

    stations: dict[str, StationState]
    unrelayed: dict[str, int]
    consumers: dict[str, list[str]]
    events: list[EventLine]
    incidents: list[IncidentLine]
    in_use: int


def state_of(session: Session, scenario: Scenario, sandbox: Sandbox) -> LabState:
    seen = _look(session, sandbox)
    state = LabState(
        stations=[_station(scenario, station, seen) for station in scenario.stations],
        sums=scenario.sums(session, sandbox.id) if scenario.sums else (),
        events=seen.events,
        incidents=seen.incidents,
        count=seen.events[0].number if seen.events else 0,
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
    """The station's deliveries, with events that are still to be relayed counted as waiting."""
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
    """The sandbox's event with that number, counted from 1; None if there is none."""
    row = session.execute(NTH_EVENT, {"trace": sandbox.trace, "number": number}).one_or_none()
    return recorded_event(row) if row else None
