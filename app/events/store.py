"""The event store: append an event in the caller's transaction, read a stream back."""

import uuid
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import after_commit, new_id
from app.events import bell
from app.events.person_keys import key_of
from app.events.sealing import seal, unseal
from app.events.spans import trace_recording
from app.events.tracing import current_trace
from app.events.types import Event, Metadata, RecordedEvent, decode_event, without_personal

QUEUE_UP = text("SELECT pg_advisory_xact_lock(hashtextextended(:stream, 0))")
LATEST_VERSION = text("SELECT coalesce(max(version), 0) FROM events WHERE stream = :stream")
# A stream's horizon never falls, even where a transaction got its id before its turn in the stream.
APPEND = text("""
INSERT INTO events
    (id, stream, version, horizon, type, schema_version, data, metadata, person_id, sealed)
VALUES (:id, :stream, :version,
    greatest(log_horizon(pg_current_xact_id()), (
        SELECT horizon FROM events
        WHERE stream = CAST(:stream AS varchar) AND version = CAST(:version AS integer) - 1
    )),
    :type, :schema_version, :data, :metadata, :person_id, :sealed)
RETURNING position, horizon, recorded_at
""").bindparams(bindparam("data", type_=JSONB), bindparam("metadata", type_=JSONB))

# What recorded_event needs: each event with the key of the person that it is about.
READ = "SELECT e.*, k.key AS person_key FROM events e LEFT JOIN person_keys k USING (person_id)"
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
    """Append ``event`` to ``stream`` in the session's transaction and ring the relay after it.

    With ``expected_version`` the append succeeds only if the stream still stands there (0: a new
    stream), else ConcurrentAppend is raised. Without, writers of one stream queue behind each
    other until their commit, so that versions have no gaps.

    ``person`` is whom the event's personal fields are about: they are sealed under that person's
    key. Raises PersonErased.
    """
    version = expected_version
    if version is None:
        session.execute(QUEUE_UP, {"stream": stream})
        version = stream_version(session, stream)
    metadata = metadata_by(actor)
    row = {
        "stream": stream,
        "version": version + 1,
        "metadata": msgspec.to_builtins(metadata),
        **content_of(event, person, key_of(session, person) if person else None),
    }
    trace_recording(session, row["id"], event.type, stream, metadata)
    try:
        position, horizon, recorded_at = session.execute(APPEND, row).one()
    except IntegrityError as error:
        raise ConcurrentAppend(f"{stream} has moved on from version {version}") from error
    after_commit(session, bell.ring)
    return RecordedEvent(
        id=row["id"],
        position=position,
        horizon=horizon,
        stream=stream,
        version=version + 1,
        type=event.type,
        data=event,
        metadata=metadata,
        recorded_at=recorded_at,
    )


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
        "data": msgspec.to_builtins(without_personal(event)),
        "person_id": person if fields else None,
        "sealed": seal(fields, key, event_id) if fields and key else None,
    }


def metadata_by(actor: str) -> Metadata:
    """What is kept with an event that the actor causes in the present trace."""
    correlation_id, causation_id = current_trace()
    return Metadata(actor=actor, correlation_id=correlation_id, causation_id=causation_id)


def stream_version(session: Session, stream: str) -> int:
    """The version of the stream's last event; 0 where there is none."""
    return int(session.execute(LATEST_VERSION, {"stream": stream}).scalar_one())


def read_stream(session: Session, stream: str) -> list[RecordedEvent]:
    """Every event of the stream, in its order."""
    return [recorded_event(row) for row in session.execute(READ_STREAM, {"stream": stream})]


def read_event(session: Session, event_id: uuid.UUID) -> RecordedEvent:
    """The event of that id, which has to exist."""
    return recorded_event(session.execute(READ_EVENT, {"id": event_id}).one())


def recorded_event(row: Row[Any]) -> RecordedEvent:
    """A row of the events table, with the person's key, as an event with its payload typed."""
    data = row.data
    if row.sealed is not None and row.person_key is not None:
        data = data | unseal(bytes(row.sealed), bytes(row.person_key), row.id)
    return RecordedEvent(
        id=row.id,
        position=row.position,
        horizon=row.horizon,
        stream=row.stream,
        version=row.version,
        type=row.type,
        data=decode_event(row.type, data, row.schema_version),
        metadata=msgspec.convert(row.metadata, Metadata),
        recorded_at=row.recorded_at,
        is_erased=row.sealed is not None and row.person_key is None,
    )
