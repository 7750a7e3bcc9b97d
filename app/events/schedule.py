"""Events to be recorded later: reminders, expiries, deadlines.

They wait in a table of their own; `due` records each when it falls due.
"""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.events.store import metadata_by
from app.events.types import Event

SCHEDULE = text("""
INSERT INTO scheduled_events (key, stream, type, schema_version, data, metadata, due_at)
VALUES (:key, :stream, :type, :schema_version, :data, :metadata, :due_at)
ON CONFLICT (key) DO NOTHING RETURNING id
""").bindparams(bindparam("data", type_=JSONB), bindparam("metadata", type_=JSONB))

CANCEL = text("""
UPDATE scheduled_events SET cancelled_at = clock_timestamp()
WHERE key = :key AND recorded_position IS NULL AND cancelled_at IS NULL RETURNING id
""")

DUE_TIME = text("SELECT due_at FROM scheduled_events WHERE key = :key")


def schedule(
    session: Session, stream: str, event: Event, *, at: datetime, key: str, actor: str
) -> bool:
    """Schedule ``event`` to be recorded in ``stream`` at ``at``, in the current trace.

    Returns whether ``key`` is new: a repeat changes nothing, even after a cancellation. Raises
    ValueError for an event with personal fields, which would wait here unsealed.
    """
    if event.personal:
        raise ValueError(f"{event.type} holds personal data and can't wait.")
    row = {
        "key": key,
        "stream": stream,
        "type": event.type,
        "schema_version": event.schema_version,
        "data": msgspec.to_builtins(event),
        "metadata": msgspec.to_builtins(metadata_by(actor)),
        "due_at": at,
    }
    return session.scalar(SCHEDULE, row) is not None


def cancel(session: Session, key: str) -> bool:
    """Cancel the event; False if it was already recorded, or none waits under the key.

    While it is being recorded, this waits for the outcome. Call it before recording anything in the
    same stream: `due` takes its locks in that order too.
    """
    return session.scalar(CANCEL, {"key": key}) is not None


def due_time(session: Session, key: str) -> datetime | None:
    """When the event is, or was, due; None if the key is unknown."""
    return session.scalar(DUE_TIME, {"key": key})
