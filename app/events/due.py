"""Recording scheduled events when they fall due, by the database's clock."""

from typing import Any

import msgspec
import structlog
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.tracing import resuming
from app.events.types import Metadata, decode_event
from app.platform.database import kind_of

MOST_IN_A_SWEEP = 1000
log = structlog.get_logger()

# The row lock makes another sweep skip the event; the NOT EXISTS keeps the stream's order.
CLAIM = text("""
SELECT * FROM scheduled_events due
WHERE recorded_position IS NULL AND cancelled_at IS NULL AND due_at <= statement_timestamp()
  AND id <> ALL(CAST(:failed AS bigint[]))
  AND NOT EXISTS (
    SELECT FROM scheduled_events earlier
    WHERE earlier.stream = due.stream AND (earlier.due_at, earlier.id) < (due.due_at, due.id)
      AND earlier.recorded_position IS NULL AND earlier.cancelled_at IS NULL
  )
ORDER BY due_at, id LIMIT 1
FOR UPDATE SKIP LOCKED
""")

RECORDED = text("UPDATE scheduled_events SET recorded_position = :position WHERE id = :id")

SECONDS_LATE = text("""
SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 FROM scheduled_events
WHERE recorded_position IS NULL AND cancelled_at IS NULL AND due_at <= now()
""")


def record_due(session: Session) -> int:
    """Record up to MOST_IN_A_SWEEP events that are due, in due order, and return how many.

    Each is recorded and marked in a transaction of its own, so a sweep may die at any moment and
    several may run at a time. An event that can't be recorded stays due and holds up only its
    stream.
    """
    recorded = 0
    failed: list[int] = []
    while recorded < MOST_IN_A_SWEEP:
        due = session.execute(CLAIM, {"failed": failed}).one_or_none()
        if due is None:
            break
        try:
            _record(session, due)
            session.commit()
        except Exception as error:  # noqa: BLE001 - one event's fault must not stop the others
            session.rollback()
            failed.append(due.id)
            log.error("schedule.not_recorded", scheduled=due.id, error=kind_of(error))  # noqa: TRY400
        else:
            recorded += 1
    session.rollback()
    return recorded


def seconds_late(session: Session) -> float:
    """How overdue the oldest event still waiting is, in seconds; 0 if none is due."""
    return float(session.scalar(SECONDS_LATE) or 0)


def _record(session: Session, due: Row[Any]) -> None:
    metadata = msgspec.convert(due.metadata, Metadata)
    with resuming(metadata.correlation_id, metadata.causation_id):
        event = decode_event(due.type, due.data, due.schema_version)
        recorded = record(session, due.stream, event, actor=metadata.actor)
        session.execute(RECORDED, {"id": due.id, "position": recorded.position})
        log.info("schedule.recorded", type=due.type, scheduled=due.id)
