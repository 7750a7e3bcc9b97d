"""The event store: append an event in the caller's transaction, read a stream back."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.events import bell
from app.events.integrity.person_keys import key_of
from app.events.integrity.sealing import seal
from app.events.models import StoredEvent
from app.events.rows import READ, recorded_event, recorded_leniently
from app.events.spans import trace_recording
from app.events.tracing import current_trace
from app.events.types import (
    Event,
    Metadata,
    RecordedEvent,
    without_personal,
)
from app.platform.database import new_id
from app.platform.database.connection import driver_connection

# Writers of one stream queue at the lock; only behind it are positions taken. A trigger gives each
# event its version, its predecessor's horizon if that is later, and its hash (see `chain`). It goes
# through the driver: SQLAlchemy would add a fifth to the Python time of an append.
APPEND = """
WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended(%(stream)s, 0)),
        log_horizon(pg_current_xact_id()) AS horizon
)
INSERT INTO events
    (id, stream, version, horizon, type, schema_version, data, metadata, person_id, sealed)
SELECT e.id, %(stream)s, CAST(%(expected_version)s AS integer) + e.place, turn.horizon,
    e.type, e.schema_version, e.data, CAST(%(metadata)s AS jsonb), e.person_id,
    decode(e.sealed, 'base64')
FROM turn, ROWS FROM (jsonb_to_recordset(CAST(%(events)s AS jsonb)) AS (
    id uuid, type text, schema_version integer, data jsonb, person_id uuid, sealed text
)) WITH ORDINALITY AS e (id, type, schema_version, data, person_id, sealed, place)
RETURNING position, horizon, version, recorded_at
"""

READ_STREAM = text(f"{READ} WHERE stream = :stream ORDER BY version")
READ_EVENT = text(f"{READ} WHERE id = :id")


class ConcurrentAppend(Exception):
    """Another writer has appended to the stream since the caller read it."""


def record(
    session: Session,
    stream: str,
    event: Event,
    *,
    actor: str,
    person: uuid.UUID | None = None,
    expected_version: int | None = None,
) -> RecordedEvent:
    """Append ``event`` to ``stream`` in the caller's transaction and ring the relay after it.

    Writers of one stream queue behind each other until their commit, so that versions have no gaps.
    With ``expected_version`` the append succeeds only if the stream is still at that version (0: a
    new stream); otherwise it raises ConcurrentAppend.

    ``person`` is the one the event's personal fields are about: they are sealed under that person's
    key. Raises PersonErased.
    """
    (recorded,) = record_all(
        session, stream, [event], actor=actor, person=person, expected_version=expected_version
    )
    return recorded


def record_all(
    session: Session,
    stream: str,
    events: Sequence[Event],
    *,
    actor: str,
    person: uuid.UUID | None = None,
    expected_version: int | None = None,
) -> list[RecordedEvent]:
    """Append the events in order, in one statement; otherwise like `record`."""
    connection = driver_connection(session)
    key = key_of(connection, person) if person else None
    metadata = metadata_by(actor)
    contents = [content_of(event, person, key) for event in events]
    trace_recording(connection, contents, stream, metadata)
    rows = _append(connection, stream, contents, metadata, expected_version)
    connection.after_commit(bell.ring)
    appended = zip(events, contents, rows, strict=True)
    return [
        RecordedEvent(
            id=content["id"],
            position=position,
            horizon=horizon,
            stream=stream,
            version=version,
            type=event.type,
            data=event,
            metadata=metadata,
            recorded_at=recorded_at,
        )
        for event, content, (position, horizon, version, recorded_at) in appended
    ]


def _append(
    connection: psycopg.Connection,
    stream: str,
    contents: list[dict[str, Any]],
    metadata: Metadata,
    expected_version: int | None,
) -> list[tuple[int, int, int, datetime]]:
    """What APPEND returns for each event. Raises ConcurrentAppend."""
    values = {
        "stream": stream,
        "expected_version": expected_version,
        "metadata": msgspec.json.encode(metadata).decode(),
        "events": msgspec.json.encode(contents).decode(),
    }
    try:
        return connection.execute(APPEND, values).fetchall()
    except psycopg.IntegrityError as error:
        raise ConcurrentAppend(f"{stream} has moved on from version {expected_version}") from error


def content_of(event: Event, person: uuid.UUID | None, key: bytes | None) -> dict[str, Any]:
    """The columns that hold a new event's payload, its personal fields sealed with ``key``."""
    if event.personal and (person is None or key is None):
        raise ValueError(f"{event.type} says something about a person: name them.")
    event_id = new_id()
    fields = {name: getattr(event, name) for name in event.personal}
    return {
        "id": event_id,
        "type": event.type,
        "schema_version": event.schema_version,
        "data": without_personal(event),
        "person_id": person if fields else None,
        "sealed": seal(fields, key, event_id) if fields and key else None,
    }


def metadata_by(actor: str) -> Metadata:
    """The metadata of an event that the actor causes in the current trace."""
    correlation_id, causation_id = current_trace()
    return Metadata(actor=actor, correlation_id=correlation_id, causation_id=causation_id)


def read_stream(session: Session, stream: str) -> list[RecordedEvent]:
    """Every event of the stream, in its order. Raises UnreadableEvent."""
    return [recorded_event(row) for row in session.execute(READ_STREAM, {"stream": stream})]


def read_stream_leniently(session: Session, stream: str) -> list[RecordedEvent]:
    """The same for a page, which shows the rest if an event can't be read; see `rows`."""
    return [recorded_leniently(row) for row in session.execute(READ_STREAM, {"stream": stream})]


def count_recorded(
    session: Session, stream: str, kind: type[Event], *, within: timedelta | None = None
) -> int:
    """How many events of that type the stream has, or got in the last ``within``, by the database's
    clock. No payload is read."""
    counted = select(func.count()).where(
        StoredEvent.stream == stream, StoredEvent.type == kind.type
    )
    if within is not None:
        counted = counted.where(StoredEvent.recorded_at > func.now() - within)
    return session.scalar(counted) or 0


def read_event(session: Session, event_id: uuid.UUID) -> RecordedEvent:
    """The event with that id, which has to exist."""
    return recorded_event(session.execute(READ_EVENT, {"id": event_id}).one())
