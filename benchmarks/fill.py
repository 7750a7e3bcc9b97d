"""Fills a long log quickly: events as if relayed and delivered, inserted past the triggers."""

import psycopg

from benchmarks.appends import DATA, METADATA
from local.postgres import Postgres

EVENTS = """
INSERT INTO events
    (id, stream, version, horizon, type, schema_version, data, metadata, hash, relayed_at)
SELECT uuidv7(), 'application-' || uuidv7(), 1, 0, 'application.scored', 1, %(data)s, %(metadata)s,
    sha256(n::text::bytea), now()
FROM generate_series(1, %(count)s) n
"""
NEW = """
INSERT INTO events (id, stream, version, type, schema_version, data, metadata)
SELECT uuidv7(), 'application-' || uuidv7(), 1, 'application.scored', 1, %(data)s, %(metadata)s
FROM generate_series(1, %(count)s)
"""
DELIVERIES = """
INSERT INTO deliveries
    (event_position, subscriber, stream, stream_version, status, attempts, claim, done_at)
SELECT position, 'benchmarks.do_nothing', stream, version, 'done', 1, 1, now()
FROM events WHERE position > %(after)s
"""
LIBRARY = """
INSERT INTO application_events (originator_id, originator_version, topic, state)
SELECT uuidv7(), 1, topic, state
FROM (SELECT topic, state FROM application_events LIMIT 1) AS one, generate_series(1, %(count)s)
"""


def fill_log(postgres: Postgres, database: str, count: int) -> None:
    """Add ``count`` events, each delivered to one subscriber, ordered before all recorded ones."""
    with psycopg.connect(postgres.url_of(database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        row = connection.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
        after = row[0] if row else 0
        values = {"count": count, "data": DATA, "metadata": METADATA, "after": after}
        connection.execute(EVENTS, values)
        connection.execute(DELIVERIES, values)
        connection.execute("VACUUM ANALYZE events, deliveries")
        connection.execute("CHECKPOINT")  # now, so that it does not fall into a measurement


def fill_library(url: str, count: int) -> None:
    """Add ``count`` copies of its first event, each as a new aggregate."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(LIBRARY, {"count": count})
        connection.execute("VACUUM ANALYZE application_events")


def record_many(url: str, count: int) -> None:
    """Record ``count`` events, each in a new stream, in one statement."""
    with psycopg.connect(url) as connection:
        connection.execute(NEW, {"count": count, "data": DATA, "metadata": METADATA})
