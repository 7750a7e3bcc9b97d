"""The JSON Schema of an event type: what a reader of its payload may rely on."""

from typing import Any

import msgspec

from app.events.contract.cloudevents import schema_address
from app.events.types import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def json_schema(declared: type[Event], base_url: str, *, place: str = "#") -> Schema:
    """The schema of the type's payload under its public address.

    Readers ignore fields that they don't know, so the schema allows them. ``place`` is where the
    schema stands in a larger document, as a JSON pointer.
    """
    _, parts = msgspec.json.schema_components([declared], ref_template=f"{place}/$defs/{{name}}")
    payload = parts.pop(declared.__name__)
    schema = {
        "$schema": DIALECT,
        "$id": schema_address(declared.type, declared.schema_version, base_url),
        **payload,
        "title": declared.type,
        "description": meaning_of(declared),
        "x-personal": list(declared.personal),
    }
    return {**schema, "$defs": parts} if parts else schema


def meaning_of(declared: type[Event]) -> str:
    """The type's docstring in one line."""
    return " ".join((declared.__doc__ or "").split())


def is_compatible(landed: Schema, present: Schema) -> bool:
    """Whether a reader who knows ``landed`` can read every message of ``present``.

    Descriptions may change, a field with a default may be added, and a field may become personal.
    """
    added = set(present["properties"]) - set(landed["properties"])
    return (
        not added & set(present.get("required", []))
        and set(landed["x-personal"]) <= set(present["x-personal"])
        and landed.get("$defs", {}).items() <= present.get("$defs", {}).items()
        and _binding_part(landed, without=set()) == _binding_part(present, without=added)
    )


def _binding_part(schema: Schema, *, without: set[str]) -> Schema:
    return {
        "type": schema["type"],
        "required": sorted(schema.get("required", [])),
        "properties": {k: v for k, v in schema["properties"].items() if k not in without},
    }
