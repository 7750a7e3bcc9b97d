"""What a visitor can do with a sandbox's consumers: set their number, stop, start and kill them."""

import uuid

from flask_babel import lazy_gettext
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.labs.models import Incident, Sandbox
from app.labs.scenario import NotNow, Station

# After how long a killed consumer is restarted, as a supervisor would do with a process.
RESTART_SECONDS = 4

ADD_MISSING = text("""
INSERT INTO consumers (sandbox_id, subscriber, number)
SELECT :sandbox, :subscriber, generate_series(1, CAST(:count AS int)) ON CONFLICT DO NOTHING
""")
REMOVE_SURPLUS = text("""
DELETE FROM consumers
WHERE sandbox_id = :sandbox AND subscriber = :subscriber AND number > :count
""")
HIGHEST_NUMBER = text("SELECT max(number) FROM consumers WHERE sandbox_id = :sandbox")
STOP = text("""
UPDATE consumers SET state = 'stopped', back_at = NULL
WHERE sandbox_id = :sandbox AND subscriber = :subscriber AND state <> 'stopped' RETURNING number
""")
START = text("""
UPDATE consumers SET state = 'running', back_at = NULL
WHERE sandbox_id = :sandbox AND subscriber = :subscriber AND state <> 'running' RETURNING number
""")
KILL = text("""
UPDATE consumers SET state = 'killed', back_at = now() + make_interval(secs => :seconds)
WHERE sandbox_id = :sandbox AND subscriber = :subscriber AND state = 'running'
  AND number = (
    SELECT min(number) FROM consumers
    WHERE sandbox_id = :sandbox AND subscriber = :subscriber AND state = 'running'
      AND number = coalesce(CAST(:number AS int), number)
  )
RETURNING number
""")
RESTART = text("""
WITH back AS (
    UPDATE consumers SET state = 'running', back_at = NULL
    WHERE state = 'killed' AND back_at <= now() RETURNING sandbox_id, subscriber
)
INSERT INTO incidents (sandbox_id, kind, subscriber)
SELECT sandbox_id, 'restarted', subscriber FROM back
""")


def set_consumer_count(
    session: Session, sandbox: Sandbox, stations: tuple[Station, ...], count: int = 1
) -> None:
    """Set the number of consumers at each station; existing ones stay as they are."""
    for station in stations:
        values = {"sandbox": sandbox.id, "subscriber": station.name, "count": count}
        session.execute(ADD_MISSING, values)
        session.execute(REMOVE_SURPLUS, values)


def count_consumers(session: Session, sandbox: Sandbox) -> int:
    """How many consumers each station has, whatever their state."""
    return session.scalar(HIGHEST_NUMBER, {"sandbox": sandbox.id}) or 0


def stop_consumers(session: Session, sandbox: Sandbox, subscriber: str) -> None:
    """Stop the subscriber's consumers: they finish what they have in hand and take nothing more."""
    if session.execute(STOP, {"sandbox": sandbox.id, "subscriber": subscriber}).first():
        note_incident(session, sandbox.id, "stopped", subscriber)


def start_consumers(session: Session, sandbox: Sandbox, subscriber: str) -> None:
    """Start the subscriber's consumers: they take what has waited, in order."""
    if session.execute(START, {"sandbox": sandbox.id, "subscriber": subscriber}).first():
        note_incident(session, sandbox.id, "started", subscriber)


def kill_consumer(
    session: Session, sandbox_id: uuid.UUID, subscriber: str, number: int | None = None
) -> None:
    """Kill that consumer, or the first running one, whatever it is doing. Raises NotNow if none is
    running."""
    values = {"sandbox": sandbox_id, "subscriber": subscriber, "number": number}
    if session.execute(KILL, {**values, "seconds": RESTART_SECONDS}).first() is None:
        raise NotNow(lazy_gettext("No consumer is running, so there is none to kill."))
    note_incident(session, sandbox_id, "killed", subscriber)


def restart_killed(session: Session) -> None:
    """Restart the killed consumers whose time has come."""
    session.execute(RESTART)


def note_incident(session: Session, sandbox_id: uuid.UUID, kind: str, subscriber: str) -> None:
    session.add(Incident(sandbox_id=sandbox_id, kind=kind, subscriber=subscriber))
    session.flush()
