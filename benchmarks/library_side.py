"""The `eventsourcing` library's side of the comparison, run by its own Python; see `library`.

It reads one task per line and answers each with the seconds that it took.
"""

import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, datetime_now_with_tzinfo

from benchmarks.scored import SCORED

PAGE = 5_000
PROJECTED = "INSERT INTO library_scored VALUES (%s, %s, %s)"


class Scored(Aggregate.Event):
    """Like the site's application.scored."""

    total: int
    band: str
    recommended_kind: str
    rubric_version: str


def append(application: Application, count: int, together: int) -> None:
    """Encode and store ``count`` events, ``together`` per commit, each commit in a new
    aggregate."""
    for _ in range(count // together):
        aggregate_id = uuid.uuid4()
        events = [
            Scored(
                originator_id=aggregate_id,
                originator_version=version,
                timestamp=datetime_now_with_tzinfo(),
                **SCORED,
            )
            for version in range(1, together + 1)
        ]
        stored = [application.mapper.to_stored_event(event) for event in events]
        application.recorder.insert_events(stored)


def read(application: Application, most: int) -> Iterator[Sequence[Scored]]:
    """Read and decode the first ``most`` events of the log, one page at a time."""
    start, left = 1, most
    while left > 0:
        page = application.recorder.select_notifications(start, min(PAGE, left))
        if not page:
            return
        yield [application.mapper.to_domain_event(notification) for notification in page]
        start, left = page[-1].id + 1, left - len(page)


def replay(application: Application, count: int) -> None:
    assert sum(len(page) for page in read(application, count)) == count


def rebuild(application: Application, count: int, url: str) -> None:
    """Fold the log into a table, one page at a time."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS library_scored")
        cursor.execute("CREATE TABLE library_scored (id uuid, total integer, band text)")
        for page in read(application, count):
            cursor.executemany(
                PROJECTED, [(event.originator_id, event.total, event.band) for event in page]
            )


def main() -> None:
    url = sys.argv[1]
    application = Application()
    tasks: dict[str, Callable[..., None]] = {
        "append": append,
        "replay": replay,
        "rebuild": partial(rebuild, url=url),
    }
    for line in sys.stdin:
        task, *numbers = line.split()
        started_at = time.perf_counter()
        tasks[task](application, *map(int, numbers))
        print(time.perf_counter() - started_at, flush=True)


if __name__ == "__main__":
    main()
