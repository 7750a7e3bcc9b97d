"""From a row of the log to an event with its payload typed, unsealed with the person's key.

Code that acts on an event reads it strictly. Pages, and readers that follow the log, carry on past
an event that was altered.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag

from app.events.integrity.sealing import unseal
from app.events.types import (
    Metadata,
    RecordedEvent,
    UnknownEventType,
    decode_event,
    decode_stored,
)
from app.events.upcast import UnknownSchemaVersion

# What recorded_event takes. Payloads come as text, to be decoded straight into their types.
EVENT_COLUMNS = """
e.id, e.position, e.horizon, e.stream, e.version, e.type, e.schema_version, CAST(e.data AS text),
CAST(e.metadata AS text), e.sealed, e.recorded_at, k.key
"""
READ = f"""
SELECT {EVENT_COLUMNS} FROM events e LEFT JOIN person_keys k USING (person_id)
"""  # noqa: S608 - the columns are a constant
METADATA = msgspec.json.Decoder(Metadata)
# What decoding and the upcasting steps raise for an event that only a newer release knows, and for
# one that was altered.
UNREADABLE = (
    UnknownEventType,
    UnknownSchemaVersion,
    InvalidTag,
    msgspec.MsgspecError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
ALTERED_SAYS = "altered since it was recorded"
NO_METADATA = Metadata(actor="unknown", correlation_id="")


class UnreadableEvent(Exception):
    """An event that can't be read: it was altered, or a newer release recorded it."""


class NewerEvent(UnreadableEvent):
    """An event whose type or version this release does not know: a newer one recorded it."""


class FromNewerRelease(
    msgspec.Struct, frozen=True, tag_field="unread", tag="recorded by a newer release of this site"
):
    """Stands in for a payload that only a newer release knows."""


class Altered(msgspec.Struct, frozen=True, tag_field="unread", tag=ALTERED_SAYS):
    """Stands in for a payload that nobody can read any more."""


def recorded_event(row: Sequence[Any], *, leniently: bool = False) -> RecordedEvent:
    """The event in a row that begins with EVENT_COLUMNS, its payload typed. Raises NewerEvent or
    UnreadableEvent; with ``leniently``, neither (see `recorded_leniently`)."""
    # By index, not by name: a replay of the log spends much of its time here.
    id_, position, horizon, stream, version, type_, schema_version, *rest = row
    data, meta, sealed, recorded_at, key, *_ = rest
    is_erased = sealed is not None and key is None
    payload: Any
    try:
        if sealed is None or key is None:
            payload = decode_stored(type_, data, schema_version)
        else:
            opened = unseal(bytes(sealed), bytes(key), id_)
            payload = decode_event(type_, msgspec.json.decode(data) | opened, schema_version)
        metadata = METADATA.decode(meta)
    except UNREADABLE as error:
        is_newer = isinstance(error, UnknownEventType | UnknownSchemaVersion)
        if not leniently:
            kind = NewerEvent if is_newer else UnreadableEvent
            raise kind(f"{type_} in version {schema_version}, at {position}") from error
        payload, is_erased = FromNewerRelease() if is_newer else Altered(), False
        metadata = readable_metadata(meta) or NO_METADATA
    return RecordedEvent(
        id=id_,
        position=position,
        horizon=horizon,
        stream=stream,
        version=version,
        type=type_,
        data=payload,
        metadata=metadata,
        recorded_at=recorded_at,
        is_erased=is_erased,
    )


def recorded_leniently(row: Sequence[Any]) -> RecordedEvent:
    """The same, but a payload that can't be read is FromNewerRelease or Altered. For showing a
    stream or passing it on only: nothing may be decided or folded from half of one."""
    return recorded_event(row, leniently=True)


def readable_metadata(stored: str) -> Metadata | None:
    """An event's metadata; None if it was altered so that nobody can read it."""
    try:
        return METADATA.decode(stored)
    except msgspec.MsgspecError:
        return None
