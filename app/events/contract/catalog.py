"""The catalog: every declared event type in words, for people to read."""

import json

import msgspec

from app.events.contract.cloudevents import to_json
from app.events.contract.example import example_event
from app.events.contract.schema import Schema, json_schema, meaning_of
from app.events.subscription import Subscriptions
from app.events.types import Event, declared_events


class Field(msgspec.Struct, frozen=True):
    """One field of a payload; ``kind`` is its type in words."""

    name: str
    kind: str
    is_personal: bool
    is_required: bool


class EventType(msgspec.Struct, frozen=True):
    """One event type. ``domain`` is the package that declares it, ``subscribers`` holds names, and
    ``example`` is a message as JSON."""

    name: str
    version: int
    meaning: str
    domain: str
    stream_kind: str
    fields: list[Field]
    subscribers: list[str]
    example: str


def describe_events(subscriptions: Subscriptions, base_url: str) -> list[EventType]:
    """Every declared type, sorted by name."""
    return [
        EventType(
            name=name,
            version=declared.schema_version,
            meaning=meaning_of(declared),
            domain=domain_of(declared),
            stream_kind=declared.stream_kind,
            fields=describe_fields(declared),
            subscribers=subscriptions.subscribers_of(name),
            example=json.dumps(json.loads(to_json(example_event(declared), base_url)), indent=2),
        )
        for name, declared in sorted(declared_events().items())
    ]


def describe_fields(declared: type[Event]) -> list[Field]:
    schema = json_schema(declared, "")
    required = schema.get("required", [])
    return [
        Field(name, kind_in_words(field), name in declared.personal, name in required)
        for name, field in schema["properties"].items()
    ]


def kind_in_words(field: Schema) -> str:
    """ "string", "stripe or bank_transfer", "list of integer", "string or null", or the name of a
    nested type."""
    if "enum" in field:
        return " or ".join(map(str, field["enum"]))
    if "anyOf" in field:
        return " or ".join(map(kind_in_words, field["anyOf"]))
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if field.get("type") == "array":
        return f"list of {kind_in_words(field.get('items', {}))}"
    return str(field.get("type", "any"))


def domain_of(declared: type[Event]) -> str:
    """``app.scoring.events`` is ``scoring``, ``app.review.queue.events`` is ``review``."""
    return declared.__module__.removeprefix("app.").partition(".")[0]
