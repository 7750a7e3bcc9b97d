"""What a subscriber has not handled yet, and how far behind the log that leaves it."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.events.rows import READ, recorded_leniently
from app.events.subscription import Subscriber, current_subscriptions, subscriber_name
from app.events.types import RecordedEvent


class Lag(msgspec.Struct, frozen=True):
    """``behind`` events are not handled yet; the oldest was recorded ``seconds`` ago."""

    behind: int
    seconds: float


UNHANDLED = """
SELECT event_position AS position FROM deliveries
WHERE subscriber = :subscriber AND status <> 'done'
UNION ALL
SELECT position FROM events WHERE relayed_at IS NULL AND type = ANY(:types)
"""
LAG = text(f"""
SELECT behind, coalesce(extract(epoch FROM clock_timestamp() - (
    SELECT recorded_at FROM events WHERE position = oldest
)), 0)::float8 AS seconds
FROM (SELECT count(*) AS behind, min(position) AS oldest FROM ({UNHANDLED}) AS u) AS figures
""")  # noqa: S608 - a part of our own
UNHANDLED_EVENTS = text(f"{READ} WHERE position IN ({UNHANDLED})")


def lag_of(session: Session, subscriber: Subscriber) -> Lag:
    """How far that subscriber is behind now."""
    row = session.execute(LAG, _named(subscriber)).one()
    return Lag(behind=row.behind, seconds=row.seconds)


def unhandled_events(connection: Connection, subscriber: Subscriber) -> Sequence[RecordedEvent]:
    """The events that the subscriber has yet to handle, in no particular order; also those that
    can't be read (see `recorded_leniently`)."""
    rows = connection.execute(UNHANDLED_EVENTS, _named(subscriber))
    return [recorded_leniently(row) for row in rows]


def _named(subscriber: Subscriber) -> dict[str, object]:
    name = subscriber_name(subscriber)
    return {"subscriber": name, "types": current_subscriptions().types_of(name)}
