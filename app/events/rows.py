"""From a row of the log to an event with its payload typed, opened with the person's key."""

from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag

from app.events.sealing import unseal
from app.events.types import (
    Metadata,
    RecordedEvent,
    UnknownEventType,
    decode_event,
    decode_stored,
)
from app.events.upcast import UnknownSchemaVersion

# What recorded_event takes. Payloads come as text: they are decoded right into their types.
EVENT_COLUMNS = """
e.id, e.position, e.horizon, e.stream, e.version, e.type, e.schema_version, CAST(e.data AS text),
CAST(e.metadata AS text), e.sealed, e.recorded_at, k.key
"""
READ = f"""
SELECT {EVENT_COLUMNS} FROM events e LEFT JOIN person_keys k USING (person_id)
"""  # noqa: S608 - the columns are a constant
METADATA = msgspec.json.Decoder(Metadata)


class UnreadableEvent(Exception):
    """An event that was altered, and its key opens it no more; or a newer release's."""


class NewerEvent(UnreadableEvent):
    """An event that this release does not know, or not in that version: a newer one recorded it."""


def recorded_event(row: Sequence[Any]) -> RecordedEvent:
    """A row that begins with EVENT_COLUMNS as an event with its payload typed. Raises
    NewerEvent or UnreadableEvent."""
    # By place, not by name: who replays the log spends much of the time in here.
    id_, position, horizon, stream, version, type_, schema_version, *rest = row
    data, metadata, sealed, recorded_at, key, *_ = rest
    try:
        if sealed is None or key is None:
            payload = decode_stored(type_, data, schema_version)
        else:
            opened = unseal(bytes(sealed), bytes(key), id_)
            payload = decode_event(type_, msgspec.json.decode(data) | opened, schema_version)
    except (UnknownEventType, UnknownSchemaVersion) as error:
        raise NewerEvent(f"{type_} in version {schema_version}, at {position}") from error
    except (InvalidTag, msgspec.ValidationError) as error:
        raise UnreadableEvent(f"{type_} in version {schema_version}, at {position}") from error
    return RecordedEvent(
        id=id_,
        position=position,
        horizon=horizon,
        stream=stream,
        version=version,
        type=type_,
        data=payload,
        metadata=METADATA.decode(metadata),
        recorded_at=recorded_at,
        is_erased=sealed is not None and key is None,
    )
