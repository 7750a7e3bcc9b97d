"""Every stream of the log with what its events add up to, for a comparison with what is kept."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import TypeVar

from sqlalchemy import Connection, Row, text

from app.events.projections.projection import Difference
from app.events.rows import READ, NewerEvent, UnreadableEvent, recorded_event
from app.events.types import RecordedEvent

BATCH = 1000
EVENTS = text(f"{READ} WHERE type = ANY(:types) ORDER BY stream, version")
T = TypeVar("T")
Fold = Callable[[Iterable[RecordedEvent]], T]


def fold_streams(
    connection: Connection, types: Collection[str], fold: Fold[T]
) -> Iterator[tuple[str, T | UnreadableEvent]]:
    """The id of what each stream is about, and what its events of these types add up to or, if one
    of them can't be read, which that is. In the order of the streams' names."""
    options = {"yield_per": BATCH}
    with connection.execute(EVENTS, {"types": list(types)}, execution_options=options) as rows:
        for stream, of_stream in groupby(rows, lambda row: str(row.stream)):
            yield stream.partition("-")[2], _folded(of_stream, fold)


def unread(table: str, key: str, error: UnreadableEvent) -> Difference:
    """What is said of a row whose stream has an event that can't be read."""
    is_newer = isinstance(error, NewerEvent)  # as after an upgrade that was taken back
    problem = f"a newer release recorded {error}" if is_newer else f"{error}, can't be read"
    return Difference(table, key, problem=problem, is_unfixable=True)


def _folded(rows: Iterable[Row], fold: Fold[T]) -> T | UnreadableEvent:
    events: list[RecordedEvent] = []
    try:
        events.extend(map(recorded_event, rows))
        events[0].subject_id  # noqa: B018 - raises ValueError if the stream's name was altered
        return fold(events)
    except UnreadableEvent as unreadable:
        return unreadable
    except ValueError:
        return UnreadableEvent(f"an id of {events[-1].type} in {events[-1].stream}")
