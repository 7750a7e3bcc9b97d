"""Declaring event types: a frozen payload, its name on the wire, and its schema version."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, TypeVar

import msgspec

from app.events.upcast import to_present_version


class Event(msgspec.Struct, frozen=True):
    """The payload of an event: what happened, in plain JSON types. Readers ignore fields that they
    don't know: the next release may have added one.

    A subclass is declared with ``@event("application.submitted", version=1)``; its docstring is the
    event's meaning. ``personal`` names the fields that say something about a person.
    ``stream_kind`` is what its streams are about, by default the first part of its name.
    ``is_exhibit``: it is recorded in a log apart from the site's own, so no catalog lists it.
    """

    type: ClassVar[str]
    stream_kind: ClassVar[str]
    schema_version: ClassVar[int]
    personal: ClassVar[tuple[str, ...]]
    is_exhibit: ClassVar[bool]


class UnknownEventType(Exception):
    """An event of a type that no domain declares."""


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did it and what led to it.

    ``actor`` is "prospect", "staff:<id>", "operator:<account>" or "system:<part of it>".
    ``correlation_id`` is the id of the request that started the whole chain, or of the work that a
    worker started by itself. ``causation_id`` is the event that led to this one.
    """

    actor: str
    correlation_id: str
    causation_id: str | None = None

    @property
    def caused_by(self) -> uuid.UUID | None:
        """The event that led to this one; None if there is none, or if its id was altered."""
        try:
            return uuid.UUID(self.causation_id or "")
        except ValueError:
            return None


class RecordedEvent(msgspec.Struct, frozen=True):
    """An event with its place in the log: ``horizon`` and ``position`` order the log (see `log`),
    ``version`` its stream. Its personal fields are empty once the person is erased."""

    id: uuid.UUID
    position: int
    horizon: int
    stream: str
    version: int
    type: str
    data: Any
    metadata: Metadata
    recorded_at: datetime
    is_erased: bool = False

    @property
    def subject_id(self) -> uuid.UUID:
        """The id of the application or engagement that the stream is about."""
        return uuid.UUID(self.stream.partition("-")[2])


_declared: dict[str, type[Event]] = {}
EventClass = TypeVar("EventClass", bound=type[Event])


def event(
    name: str,
    *,
    version: int,
    personal: tuple[str, ...] = (),
    stream: str = "",
    is_exhibit: bool = False,
) -> Callable[[EventClass], EventClass]:
    """Declare an event type under its name on the wire. A name can be declared once."""

    def declare(cls: EventClass) -> EventClass:
        if name in _declared:
            raise ValueError(f"The event type {name} is declared twice.")
        if unknown := set(personal) - set(cls.__struct_fields__):
            raise ValueError(f"{name} has no field {', '.join(sorted(unknown))}.")
        cls.type = name
        cls.stream_kind = stream or name.partition(".")[0]
        cls.schema_version = version
        cls.personal = personal
        cls.is_exhibit = is_exhibit
        _declared[name] = cls
        return cls

    return declare


def declared_events() -> dict[str, type[Event]]:
    """Every declared type that the site's own log may hold, by its name."""
    return {name: declared for name, declared in _declared.items() if not declared.is_exhibit}


def known_types() -> list[str]:
    """The name of every declared type, including those of exhibits."""
    return list(_declared)


def decode_event(name: str, data: dict[str, Any], schema_version: int) -> Event:
    """The typed payload of an event that was stored in ``schema_version``, upcast to the present
    version. Raises UnknownEventType or UnknownSchemaVersion if that is not declared.
    """
    declared = _declared.get(name)
    if declared is None:
        raise UnknownEventType(name)
    if schema_version != declared.schema_version:
        data = to_present_version(name, data, schema_version, declared.schema_version)
    return msgspec.convert(data, declared)


def decode_stored(name: str, payload: str, schema_version: int) -> Event:
    """Like `decode_event`, from JSON; the present version is decoded straight into its type."""
    declared = _declared.get(name)
    if declared is None or schema_version != declared.schema_version:
        return decode_event(name, msgspec.json.decode(payload), schema_version)
    return _decoder(declared).decode(payload)


@cache
def _decoder(declared: type[Event]) -> msgspec.json.Decoder:
    return msgspec.json.Decoder(declared)


def without_personal(event: Event) -> Event:
    """The event with its personal fields empty."""
    if not event.personal:
        return event
    return msgspec.structs.replace(
        event, **{name: type(getattr(event, name))() for name in event.personal}
    )


def stream_of(kind: str, subject_id: uuid.UUID | str) -> str:
    """The stream of one application, engagement or the like: ``application-<id>``."""
    return f"{kind}-{subject_id}"
