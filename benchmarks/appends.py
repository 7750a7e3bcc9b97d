"""Appending to the log: the site's store, the library's, and psycopg alone."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from benchmarks.backbone import Backbone
from benchmarks.library import Library
from benchmarks.sample import json_text
from benchmarks.scored import SCORED
from benchmarks.turns import Load, timed

SITE, LIBRARY, RAW = "the site's store", "the eventsourcing library", "psycopg alone"
# The site's table with its indexes and checks, but without the trigger for the hash chain.
TABLE = """
CREATE TABLE raw_events (LIKE events INCLUDING ALL);
ALTER TABLE raw_events ALTER hash DROP NOT NULL;
"""
INSERT = sql.SQL("""
INSERT INTO raw_events (id, stream, version, type, schema_version, data, metadata)
VALUES (%s, %s, %s, 'application.scored', 1, %s, %s)
""")
DATA = json_text(SCORED)
METADATA = json_text({"actor": "system:benchmarks", "correlation_id": uuid.uuid4().hex})


@contextmanager
def appenders(
    backbone: Backbone, library: Library, together: int
) -> Iterator[dict[str, Callable[[int], Load]]]:
    """The contestants by name. Each appends a given number of events, ``together`` per commit."""
    with psycopg.connect(backbone.url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS raw_events")
        connection.execute(TABLE)
        yield {
            SITE: lambda count: timed(count, lambda: backbone.append(count, together)),
            LIBRARY: lambda count: Load(count / library.append(count, together)),
            RAW: lambda count: timed(count, lambda: append_raw(connection, count, together)),
        }


def append_raw(connection: psycopg.Connection, count: int, together: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(count // together):
            stream = f"application-{uuid.uuid4()}"
            rows = [
                (uuid.uuid4(), stream, version, DATA, METADATA)
                for version in range(1, together + 1)
            ]
            if together == 1:
                cursor.execute(INSERT, rows[0])
            else:
                with connection.transaction():
                    cursor.executemany(INSERT, rows)
