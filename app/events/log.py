"""Following the log: every event once, in an order that a late commit can't disturb.

Positions are assigned before the commit, so a reader that remembers the last position would skip an
event whose transaction took a lower one and committed later. The order here is (horizon, position).
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
    """A place in the log: an event's, or ``START``, before the first."""

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
    """The event's place in the log's order."""
    return Place(recorded.horizon, recorded.position)


def lag_behind(place: str) -> str:
    """SQL that joins a table of places in the log with ``lag``, the number of events after each
    place, and the ``recorded_at`` of the first of them. Nobody needs the exact length of a long
    backlog each time, so the count stops at 100,000."""
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
    """Up to ``most`` events after ``after``, in the log's order. Events that an open transaction
    may still precede come with a later call.

    Ends before an event that only a newer release can read, and raises NewerEvent if that comes
    first: it waits for that release. An altered event keeps nobody waiting: its data is Altered.
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
    """Every committed event after ``after``, even one that others may still precede. For callers
    that have made sure that neither late events nor unreadable payloads matter."""
    rows = session.execute(BEHIND, {"horizon": after.horizon, "position": after.position})
    return [recorded_leniently(row) for row in rows]


def end_of_log(session: Session) -> Place:
    """The place of the last event that `read_log` would return now."""
    last = session.execute(END).one_or_none()
    return Place(last.horizon, last.position) if last else START
