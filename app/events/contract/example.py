"""A made-up event of any declared type, to show what its message looks like."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec

from app.events.contract.schema import Schema, json_schema
from app.events.types import Event, Metadata, RecordedEvent, stream_of

SUBJECT = uuid.UUID("01980f3e-6c00-7000-8000-000000000001")
EVENT = uuid.UUID("01980f3e-6c00-7000-8000-000000000002")
RECORDED_AT = datetime(2026, 11, 24, 15, 38, tzinfo=UTC)
TRACE = "0af7651916cd43dd8448eb211c80319c"
SIMPLEST: dict[str, Any] = {"integer": 1, "number": 1.0, "boolean": True, "object": {}, "array": []}


def example_event(declared: type[Event]) -> RecordedEvent:
    """The same event on every call, so that anything built from it can be cached and compared."""
    schema = json_schema(declared, "")
    data = {
        name: _example_value(name, field, schema.get("$defs", {}))
        for name, field in schema["properties"].items()
    }
    return RecordedEvent(
        id=EVENT,
        position=1,
        horizon=1,
        stream=stream_of(declared.stream_kind, SUBJECT),
        version=1,
        type=declared.type,
        data=msgspec.convert(data, declared),
        metadata=Metadata(actor="system:example", correlation_id=TRACE),
        recorded_at=RECORDED_AT,
    )


def _example_value(name: str, field: Schema, parts: dict[str, Schema]) -> Any:
    """The field's default or first choice; else its name if it is a text, or the simplest value of
    its type."""
    if "default" in field:
        return field["default"]
    if "enum" in field:
        return field["enum"][0]
    if "anyOf" in field:
        return _example_value(name, field["anyOf"][0], parts)
    if "$ref" in field:
        part = parts[field["$ref"].rpartition("/")[2]]
        return {key: _example_value(key, one, parts) for key, one in part["properties"].items()}
    if field.get("type") == "string":
        return f"<{name.replace('_', ' ')}>"
    return SIMPLEST.get(field.get("type", "object"))
