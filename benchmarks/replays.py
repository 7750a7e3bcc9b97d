"""Reading the whole log, as typed events from the site and the library and as bare rows from a
cursor; and rebuilding a table from it."""

import itertools
from collections.abc import Callable, Iterator

import psycopg
from sqlalchemy import text

from app.events.log import START, place_of, read_log
from app.events.types import RecordedEvent
from app.platform.database import db
from app.platform.database.grants import owner_engine
from benchmarks.appends import LIBRARY, SITE
from benchmarks.backbone import Backbone
from benchmarks.library import Library
from benchmarks.turns import Load, timed

CURSOR = "a bare server-side cursor"
IN_BATCHES, IN_SQL = "the site, folded in batches", "the site, folded in SQL"
BATCH = 5_000
ROWS = """
SELECT position, id, stream, version, type, data, metadata, recorded_at
FROM events ORDER BY position LIMIT %(count)s
"""

EMPTY = text("""
DROP TABLE IF EXISTS site_scored;
CREATE TABLE site_scored (stream text, total integer, band text);
""")
FOLD = text("""
INSERT INTO site_scored
SELECT stream, CAST(data ->> 'total' AS integer), data ->> 'band'
FROM events WHERE position > :after AND position <= :to
""")
PROJECTED = text("""
INSERT INTO site_scored
SELECT * FROM unnest(CAST(:streams AS text[]), CAST(:totals AS int[]), CAST(:bands AS text[]))
""")
LAST = text("SELECT max(position) FROM events")


def replayers(backbone: Backbone, library: Library) -> dict[str, Callable[[int], Load]]:
    """The contestants by name. Each reads a number of events from the beginning of the log."""
    return {
        SITE: lambda count: timed(count, lambda: replay(count)),
        LIBRARY: lambda count: Load(count / library.replay(count)),
        CURSOR: lambda count: timed(count, lambda: read_rows(backbone.url, count)),
    }


def rebuilders(library: Library) -> dict[str, Callable[[int], Load]]:
    """The contestants by name. Each folds a number of events from the beginning of the log into a
    table."""
    return {
        IN_BATCHES: lambda count: timed(count, lambda: fold_in_batches(count)),
        IN_SQL: lambda count: timed(count, lambda: fold_in_sql(count)),
        LIBRARY: lambda count: Load(count / library.rebuild(count)),
    }


def read_events(count: int) -> Iterator[list[RecordedEvent]]:
    session = db.session()
    place = START
    while count > 0:
        batch = list(read_log(session, place, most=min(BATCH, count)))
        session.commit()
        assert batch, "The log is shorter than that."
        yield batch
        place, count = place_of(batch[-1]), count - len(batch)


def replay(count: int) -> None:
    assert sum(len(batch) for batch in read_events(count)) == count


def read_rows(url: str, count: int) -> None:
    with psycopg.connect(url) as connection, connection.cursor("replay") as cursor:
        cursor.itersize = BATCH
        cursor.execute(ROWS, {"count": count})
        assert sum(1 for _ in cursor) == count


def make_empty_table() -> None:
    with owner_engine() as engine, engine.begin() as connection:
        connection.execute(EMPTY)


def fold_in_batches(count: int) -> None:
    make_empty_table()
    session = db.session()
    for batch in read_events(count):
        columns = {
            "streams": [recorded.stream for recorded in batch],
            "totals": [recorded.data.total for recorded in batch],
            "bands": [recorded.data.band for recorded in batch],
        }
        session.execute(PROJECTED, columns)
        session.commit()


def fold_in_sql(count: int) -> None:
    """Fold in SQL, in parts that stay well below the statement timeout."""
    make_empty_table()
    session = db.session()
    last = session.scalar(LAST)
    for after in itertools.count(0, 20 * BATCH):
        to = min(after + 20 * BATCH, count, last)
        session.execute(FOLD, {"after": after, "to": to})
        session.commit()
        if to >= min(count, last):
            return
