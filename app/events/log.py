"""Following the log: every event once, in an order in which none turns up later.

Positions are given out before a commit, so a reader that remembers the last position would skip an
event whose transaction took a lower one and committed late. The order here is (horizon, position).
A horizon is the id of the writing transaction, and an event is readable once every transaction up
to that id has ended, so nothing can appear before it any more. Within a stream the horizon never
falls, so a stream is read in its own order.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.rows import (
    READ,
    NewerEvent,
    UnreadableEvent,
    recorded_event,
    recorded_leniently,
)
from app.events.types import RecordedEvent


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in the log: that of an event, or ``START``, before the first."""

    horizon: int
    position: int


START = Place(-1, 0)

SETTLED = text(f"""
{READ}
WHERE horizon < log_horizon(pg_snapshot_xmin(pg_current_snapshot()))
  AND (horizon, position) > (:horizon, :position)
ORDER BY horizon, position LIMIT :most
""")

BEHIND = text(f"""
{READ} WHERE (horizon, position) > (:horizon, :position) ORDER BY horizon, position
""")
END = text("""
SELECT horizon, position FROM events
WHERE horizon < log_horizon(pg_snapshot_xmin(pg_current_snapshot()))
ORDER BY horizon DESC, position DESC LIMIT 1
""")


def place_of(recorded: RecordedEvent) -> Place:
    """Where the event stands in the log's order."""
    return Place(recorded.horizon, recorded.position)


def lag_behind(place: str) -> str:
    """What joins a table of places in the log, in SQL, with ``lag``, the number of events behind
    each, and ``recorded_at`` of the first of them. Of a long backlog nobody needs the exact number
    at each look, so it ends at 100,000."""
    behind = f"(events.horizon, events.position) > ({place}.horizon, {place}.position)"
    return f"""
CROSS JOIN LATERAL (
    SELECT count(*) AS lag FROM (SELECT FROM events WHERE {behind} LIMIT 100000) AS behind
) AS waiting LEFT JOIN LATERAL (
    SELECT recorded_at FROM events WHERE {behind}
    ORDER BY events.horizon, events.position LIMIT 1
) AS oldest ON true
"""  # noqa: S608 - the name of a table of our own


def read_log(session: Session, after: Place, *, most: int) -> Sequence[RecordedEvent]:
    """Up to ``most`` events behind ``after``, in the log's order; those whose turn can still be
    taken by an open transaction come with a later call.

    Ends before an event that only a newer release can read, and raises NewerEvent where that comes
    first: it waits for that release. For one that was altered nobody need wait: its data are
    Altered.
    """
    rows = session.execute(
        SETTLED, {"horizon": after.horizon, "position": after.position, "most": most}
    )
    events: list[RecordedEvent] = []
    for row in rows:
        try:
            events.append(recorded_event(row))
        except NewerEvent:
            if not events:
                raise
            break
        except UnreadableEvent:
            events.append(recorded_leniently(row))
    return events


def read_unsettled(session: Session, after: Place) -> Sequence[RecordedEvent]:
    """Every event behind ``after`` that is committed, even one before which others can still turn
    up: for whoever has made sure that those do not matter, nor what an event says where it can't be
    read."""
    rows = session.execute(BEHIND, {"horizon": after.horizon, "position": after.position})
    return [recorded_leniently(row) for row in rows]


def end_of_log(session: Session) -> Place:
    """The place of the last event that `read_log` would return now."""
    last = session.execute(END).one_or_none()
    return Place(last.horizon, last.position) if last else START
