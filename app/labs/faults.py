"""The faults that a sandbox can have, and what its handlers need to know about them."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.types import RecordedEvent
from app.labs.effects import sandbox_of
from app.labs.models import Sandbox

# The broker delivers each task a second time; the runner does this.
REPEATED = "repeated"

DEATHS = text("""
SELECT count(*) FROM incidents
WHERE sandbox_id = :sandbox AND subscriber = :subscriber AND kind = 'killed'
""")
FAILURES = text("""
SELECT count(*) FROM delivery_tries t JOIN deliveries d ON d.id = t.delivery_id
WHERE d.event_position = :position AND d.subscriber = :subscriber
""")


class Killed(BaseException):
    """The consumer has died. No `except Exception` in a handler catches it, as none catches a
    SIGKILL."""


def has_fault(session: Session, recorded: RecordedEvent, fault: str) -> bool:
    """Whether the event's sandbox has that fault now."""
    return fault in session.get_one(Sandbox, sandbox_of(recorded)).faults


def count_deaths(session: Session, recorded: RecordedEvent, subscriber: str) -> int:
    """How many consumers of the subscriber have been killed in the event's sandbox."""
    values = {"sandbox": sandbox_of(recorded), "subscriber": subscriber}
    return session.scalar(DEATHS, values) or 0


def count_failures(session: Session, recorded: RecordedEvent, subscriber: str) -> int:
    """How often the subscriber has failed on this event."""
    values = {"position": recorded.position, "subscriber": subscriber}
    return session.scalar(FAILURES, values) or 0
