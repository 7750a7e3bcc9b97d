"""The event store: append an event in the caller's transaction, read a stream back."""

from typing import Any, cast

import msgspec
from sqlalchemy import Row, Table, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import after_commit, new_id
from app.events import bell
from app.events.models import StoredEvent
from app.events.tracing import current_trace
from app.events.types import Event, Metadata, RecordedEvent, decode_event

_events = cast(Table, StoredEvent.__table__)
QUEUE_UP = text("SELECT pg_advisory_xact_lock(hashtextextended(:stream, 0))")
LATEST_VERSION = text("SELECT coalesce(max(version), 0) FROM events WHERE stream = :stream")
# A stream's horizon never falls, even where a transaction got its id before its turn in the stream.
APPEND = text("""
INSERT INTO events (id, stream, version, horizon, type, schema_version, data, metadata)
VALUES (:id, :stream, :version,
    greatest(pg_current_xact_id(), (
        SELECT horizon FROM events
        WHERE stream = CAST(:stream AS varchar) AND version = CAST(:version AS integer) - 1
    )),
    :type, :schema_version, :data, :metadata)
RETURNING position, horizon, recorded_at
""").bindparams(bindparam("data", type_=JSONB), bindparam("metadata", type_=JSONB))


class ConcurrentAppend(Exception):
    """Another writer has appended to the stream since the caller read it."""


def record(
    session: Session,
    stream: str,
    event: Event,
    *,
    actor: str,
    expected_version: int | None = None,
) -> RecordedEvent:
    """Append ``event`` to ``stream`` in the session's transaction and ring the relay after it.

    With ``expected_version`` the append succeeds only if the stream still stands there (0: a new
    stream), else ConcurrentAppend is raised. Without, writers of one stream queue behind each
    other until their commit, so that versions have no gaps.
    """
    version = expected_version
    if version is None:
        session.execute(QUEUE_UP, {"stream": stream})
        version = stream_version(session, stream)
    metadata = metadata_by(actor)
    row = {
        "id": new_id(),
        "stream": stream,
        "version": version + 1,
        "type": event.type,
        "schema_version": event.schema_version,
        "data": msgspec.to_builtins(event),
        "metadata": msgspec.to_builtins(metadata),
    }
    try:
        position, horizon, recorded_at = session.execute(APPEND, row).one()
    except IntegrityError as error:
        raise ConcurrentAppend(f"{stream} has moved on from version {version}") from error
    after_commit(session, bell.ring)
    return RecordedEvent(
        id=row["id"],
        position=position,
        horizon=int(horizon),
        stream=stream,
        version=version + 1,
        type=event.type,
        data=event,
        metadata=metadata,
        recorded_at=recorded_at,
    )


def metadata_by(actor: str) -> Metadata:
    """What is kept with an event that the actor causes in the present trace."""
    correlation_id, causation_id = current_trace()
    return Metadata(actor=actor, correlation_id=correlation_id, causation_id=causation_id)


def stream_version(session: Session, stream: str) -> int:
    """The version of the stream's last event; 0 where there is none."""
    return int(session.execute(LATEST_VERSION, {"stream": stream}).scalar_one())


def read_stream(session: Session, stream: str) -> list[RecordedEvent]:
    """Every event of the stream, in its order."""
    rows = session.execute(select(_events).where(_events.c.stream == stream).order_by("version"))
    return [recorded_event(row) for row in rows]


def recorded_event(row: Row[Any]) -> RecordedEvent:
    """A row of the events table with its payload typed."""
    return RecordedEvent(
        id=row.id,
        position=row.position,
        horizon=int(row.horizon),
        stream=row.stream,
        version=row.version,
        type=row.type,
        data=decode_event(row.type, row.data, row.schema_version),
        metadata=msgspec.convert(row.metadata, Metadata),
        recorded_at=row.recorded_at,
    )
