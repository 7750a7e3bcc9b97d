"""Giving a subscriber the events that were recorded before it was there."""

from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.subscription import Subscriptions

BATCH = 5000
EVER = datetime.min.replace(tzinfo=UTC)

ADD = text("""
WITH part AS (
    SELECT position, stream, version, type, recorded_at FROM events
    WHERE position > :after AND relayed_at IS NOT NULL
    ORDER BY position LIMIT :batch
), added AS (
    INSERT INTO deliveries (event_position, subscriber, stream, stream_version)
    SELECT position, :subscriber, stream, version FROM part
    WHERE type = ANY(:types) AND recorded_at >= :since
    ON CONFLICT DO NOTHING RETURNING id
)
SELECT (SELECT max(position) FROM part) AS reached, (SELECT count(*) FROM added) AS added
""")


def backfill_subscriber(
    session: Session, name: str, subscriptions: Subscriptions, *, since: datetime = EVER
) -> int:
    """Add a delivery for each event ``since`` then that the subscriber has none for, commit by
    commit, and return how many; the sweep sends them. Raises UnknownSubscriber.

    A new subscriber gets what is recorded from its deployment on. To have a stream's history come
    before its present, pause the subscriber while this runs.
    """
    subscriptions.subscriber(name)
    types = subscriptions.types_of(name)
    values = {"after": 0, "batch": BATCH, "subscriber": name, "types": types, "since": since}
    total = 0
    while (part := session.execute(ADD, values).one()).reached is not None:
        session.commit()
        values["after"] = part.reached
        total += part.added
    session.rollback()
    return total
