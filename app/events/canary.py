"""The canary: one event that travels the whole path again and again, so that a stall is noticed
even when nobody sends anything.

The scheduler has a worker reset it, as if it had never been relayed. The relay gives it a delivery,
a worker hands that to `note_canary`, and its age counts from then on. The log does not grow: this
is the one event that Postgres allows to be relayed again (migration 0039).
"""

import math

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.bell import CHANNEL
from app.events.store import record
from app.events.types import Event, RecordedEvent, event, stream_of

STREAM = stream_of("canary", "00000000-0000-0000-0000-000000000000")
# Left out of the subscribers' figures: it has a figure of its own.
SUBSCRIBER = "events.note_canary"


@event("canary.released", version=1)
class CanaryReleased(Event, frozen=True):
    """It tells that the way of events is open: the one event that is relayed again and again."""


# A canary that failed before it arrived is not reused, so its history stays. The statement notifies
# the relay itself: a worker's own bell would have the worker relay the event.
RESET = text("""
WITH arrived AS (
    DELETE FROM deliveries d USING events e
    WHERE e.stream = :stream AND d.event_position = e.position
      AND d.status = 'done' AND d.last_error IS NULL
    RETURNING d.event_position
)
UPDATE events SET relayed_at = NULL FROM arrived WHERE position = event_position
RETURNING pg_notify(:channel, '')
""")
IS_ON_ITS_WAY = text("""
SELECT EXISTS (
    SELECT FROM events e LEFT JOIN deliveries d ON d.event_position = e.position
    WHERE e.stream = :stream AND (e.relayed_at IS NULL OR d.status <> 'done')
)
""")
NOTE = text("""
INSERT INTO canary_arrivals (event_position, arrived_at) VALUES (:position, clock_timestamp())
ON CONFLICT (event_position) DO UPDATE SET arrived_at = excluded.arrived_at
""")
AGE = text("SELECT extract(epoch FROM now() - max(arrived_at))::float8 FROM canary_arrivals")


def send_canary(session: Session) -> None:
    """Send the canary out again once it has arrived. Records a new one if there is none yet, or if
    the last one failed before it arrived."""
    again = session.execute(RESET, {"stream": STREAM, "channel": CHANNEL}).all()
    if not again and not session.scalar(IS_ON_ITS_WAY, {"stream": STREAM}):
        record(session, STREAM, CanaryReleased(), actor="system:canary")


def note_canary(session: Session, released: RecordedEvent) -> None:
    """canary.released → it has arrived."""
    session.execute(NOTE, {"position": released.position})


def canary_age(session: Session) -> float:
    """Seconds since the canary last arrived; infinity if it never has."""
    age = session.scalar(AGE)
    return math.inf if age is None else float(age)
