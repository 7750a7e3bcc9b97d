"""Figures of the flow: what is done, what waits, what fails, how old the oldest is."""

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.canary import STREAM
from app.events.canary import SUBSCRIBER as CANARY
from app.events.subscription import current_subscriptions

# The alert's threshold: a handler takes milliseconds, so what is this old is waiting for a worker.
LAGS_AFTER_SECONDS = 60


class SubscriberFigures(msgspec.Struct, frozen=True):
    """One subscriber's deliveries. ``retrying`` is the part of ``waiting`` that has failed before.
    ``behind`` counts the events that it has yet to handle, including those not relayed yet;
    ``oldest_seconds`` is the age of the oldest of these."""

    name: str
    done_minute: int = 0
    done_hour: int = 0
    waiting: int = 0
    retrying: int = 0
    dead: int = 0
    behind: int = 0
    oldest_seconds: float = 0.0
    is_paused: bool = False

    @property
    def state(self) -> str:
        """The worst that applies."""
        if self.dead:
            return "failing"
        if self.is_paused:
            return "paused"
        if self.retrying:
            return "retrying"
        return "lagging" if self.oldest_seconds > LAGS_AFTER_SECONDS else "well"


class FlowFigures(msgspec.Struct, frozen=True):
    """The log's last position, the number of events not relayed yet, and the age of the oldest of
    them. The age ignores the canary, which is as old as the site and relayed again and again."""

    last_position: int
    unrelayed: int
    unrelayed_oldest_seconds: float
    subscribers: list[SubscriberFigures]

    @property
    def dead(self) -> int:
        return sum(row.dead for row in self.subscribers)

    @property
    def waiting(self) -> int:
        return sum(row.waiting for row in self.subscribers)

    @property
    def retrying(self) -> int:
        return sum(row.retrying for row in self.subscribers)

    @property
    def done_hour(self) -> int:
        return sum(row.done_hour for row in self.subscribers)


# A delivery in hand for the first time has `attempts` 1 and no error, and is not retrying.
UNFINISHED = text("""
SELECT d.subscriber AS name,
    count(*) FILTER (WHERE d.status = 'waiting') AS waiting,
    count(*) FILTER (
        WHERE d.status = 'waiting' AND (d.attempts > 1 OR d.last_error IS NOT NULL)
    ) AS retrying,
    count(*) FILTER (WHERE d.status = 'dead') AS dead,
    extract(epoch FROM now() - min(e.recorded_at))::float8 AS oldest_seconds
FROM deliveries d JOIN events e ON e.position = d.event_position
WHERE d.status <> 'done'
GROUP BY d.subscriber
""")
DONE = text("""
SELECT subscriber AS name, count(*) AS done_hour,
    count(*) FILTER (WHERE done_at > now() - interval '1 minute') AS done_minute
FROM deliveries WHERE done_at > now() - interval '1 hour'
GROUP BY subscriber
""")
UNRELAYED = text("""
SELECT subscriber AS name, count(*) AS unrelayed,
    extract(epoch FROM now() - min(recorded_at))::float8 AS oldest_unrelayed
FROM events
JOIN unnest(CAST(:types AS text[]), CAST(:subscribers AS text[])) AS t (type, subscriber)
    USING (type)
WHERE relayed_at IS NULL
GROUP BY subscriber
""")
PAUSED = text("SELECT subscriber AS name, true AS is_paused FROM paused_subscribers")
LOG = text("""
SELECT (SELECT coalesce(max(position), 0) FROM events) AS last_position,
       unrelayed, oldest_seconds
FROM (
    SELECT count(*) AS unrelayed,
        coalesce(extract(epoch FROM now() - min(recorded_at) FILTER (WHERE stream <> :canary)), 0)
            ::float8 AS oldest_seconds
    FROM events WHERE relayed_at IS NULL
) AS waiting
""")

DONE_LATELY = text("""
SELECT DISTINCT e.type, d.subscriber FROM deliveries d JOIN events e ON e.position = event_position
WHERE d.done_at > now() - interval '1 minute'
""")


def pairs_done_lately(session: Session) -> set[tuple[str, str]]:
    """The event types handled in the last minute, each with the subscriber that did."""
    return {(row.type, row.subscriber) for row in session.execute(DONE_LATELY)}


def flow_figures(session: Session) -> FlowFigures:
    """The current state of the whole flow. Every subscriber in the table has a row except the
    canary's, whose event is as old as the site."""
    subscriptions = current_subscriptions()
    found: dict[str, dict[str, float]] = {name: {} for name in subscriptions.names()}
    pairs = subscriptions.as_arrays()
    for statement in (UNFINISHED, DONE, UNRELAYED, PAUSED):
        values = pairs if statement is UNRELAYED else {}
        for row in session.execute(statement, values).mappings():
            found.setdefault(row["name"], {}).update(row)
    found.pop(CANARY, None)
    log = session.execute(LOG, {"canary": STREAM}).one()
    return FlowFigures(
        last_position=log.last_position,
        unrelayed=log.unrelayed,
        unrelayed_oldest_seconds=log.oldest_seconds,
        subscribers=[_figures_of(name, found[name]) for name in sorted(found)],
    )


def _figures_of(name: str, row: dict[str, float]) -> SubscriberFigures:
    unrelayed = int(row.pop("unrelayed", 0))
    oldest = max(row.pop("oldest_seconds", 0.0), row.pop("oldest_unrelayed", 0.0))
    behind = int(row.get("waiting", 0) + row.get("dead", 0)) + unrelayed
    return msgspec.convert(
        {**row, "name": name, "behind": behind, "oldest_seconds": oldest}, SubscriberFigures
    )
