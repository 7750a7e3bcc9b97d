"""The hash chain: each event's hash covers its content and the previous hash in its stream.

Postgres computes it on insert (`event_hash`, migration 0042), over ciphertext, so that erasing a
person leaves the chain intact.
"""

from collections.abc import Iterator

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

BATCH = 10_000


class BrokenLink(msgspec.Struct, frozen=True):
    """An event that was altered, or whose predecessor is gone."""

    position: int
    stream: str
    version: int
    problem: str


CHECK = text("""
WITH part AS (
    SELECT * FROM events WHERE position > :after ORDER BY position LIMIT :batch
), checked AS (
    SELECT e.position, e.stream, e.version,
        CASE WHEN e.version > 1 AND p.hash IS NULL THEN 'the event before it is gone'
             WHEN e.hash <> event_hash(e, p.hash) THEN 'it was altered' END AS problem
    FROM part JOIN events e ON e.position = part.position
    LEFT JOIN events p ON p.stream = e.stream AND p.version = e.version - 1
)
SELECT (SELECT max(position) FROM part) AS reached, position, stream, version, problem
FROM (SELECT 1) AS once LEFT JOIN checked ON problem IS NOT NULL
ORDER BY position
""")


def broken_links(session: Session) -> Iterator[BrokenLink]:
    """Every event at which the chain is broken, by position, read in batches."""
    after = 0
    while True:
        rows = session.execute(CHECK, {"after": after, "batch": BATCH}).all()
        session.rollback()
        if rows[0].reached is None:
            return
        for row in rows:
            if row.position is not None:
                yield BrokenLink(row.position, row.stream, row.version, row.problem)
        after = rows[0].reached
