"""Giving a subscriber the events that were recorded before it existed."""

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
    """Add the deliveries that the subscriber lacks for events from ``since`` on, and return how
    many; the sweep sends them. Commits batch by batch. Raises UnknownSubscriber.

    A new subscriber gets the events recorded after its deployment. To deliver a stream's history
    before its new events, pause the subscriber while this runs.
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
