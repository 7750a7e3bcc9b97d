"""The published schema of a payload, and which changes its readers tolerate."""

from typing import Any, Literal

import msgspec
import pytest

from app.events import types
from app.events.contract.schema import Schema, is_compatible, json_schema
from app.events.types import Event, declared_events, event
from app.subscriptions import SUBSCRIPTIONS

NAME, DAYS = ("name", str), ("days", int)
ROLE = ("role", Literal["architect", "engineer"])


class Place(msgspec.Struct, frozen=True):
    city: str


def schema_of(
    *fields: Any, personal: tuple[str, ...] = ("name",), meaning: str = "Somebody was hired."
) -> Schema:
    """The schema of a made-up event type with these fields."""
    made = msgspec.defstruct(
        "Hired", fields, bases=(Event,), frozen=True, namespace={"__doc__": meaning}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(types, "_declared", {})
        declared: Any = event("person.hired", version=1, personal=personal)(made)  # type: ignore[type-var]
    return json_schema(declared, "https://example.com")


LANDED = schema_of(NAME, DAYS, ROLE)


def test_a_schema_is_identified_by_its_address_and_says_what_it_means() -> None:
    assert schema_of(NAME, DAYS, meaning="Somebody\n    was hired.") == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/api/v1/schemas/person.hired/1",
        "title": "person.hired",
        "description": "Somebody was hired.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["name", "days"],
        "x-personal": ["name"],
    }


def test_references_within_a_schema_resolve_wherever_it_is_embedded(nothing_declared: None) -> None:
    @event("person.seated", version=1)
    class Seated(Event, frozen=True):
        place: Place

    schema = json_schema(Seated, "", place="#/components/schemas/seated")
    assert schema["properties"]["place"] == {"$ref": "#/components/schemas/seated/$defs/Place"}
    assert schema["$defs"]["Place"]["required"] == ["city"]


@pytest.mark.parametrize(
    "present",
    [
        LANDED,
        schema_of(NAME, DAYS, ROLE, meaning="In other words."),
        schema_of(DAYS, ROLE, NAME),
        schema_of(NAME, DAYS, ROLE, personal=("name", "role")),
        schema_of(NAME, DAYS, ROLE, ("city", str, "")),
        schema_of(NAME, DAYS, ROLE, ("city", str | None, None), personal=("name", "city")),
        schema_of(NAME, DAYS, ROLE, ("place", Place | None, None)),
    ],
    ids=["same", "words", "order", "personal", "default", "personal default", "part"],
)
def test_readers_tolerate_a_new_description_and_new_fields_with_a_default(
    present: Schema,
) -> None:
    assert is_compatible(LANDED, present)


@pytest.mark.parametrize(
    "present",
    [
        schema_of(NAME, DAYS),
        schema_of(NAME, DAYS, ("post", ROLE[1])),
        schema_of(NAME, ("days", float), ROLE),
        schema_of(NAME, ROLE, ("days", int, 1)),
        schema_of(NAME, DAYS, ("role", Literal["architect", "engineer", "other"])),
        schema_of(NAME, DAYS, ROLE, ("city", str)),
        schema_of(NAME, DAYS, ROLE, personal=()),
    ],
    ids=["gone", "renamed", "retyped", "may be left out", "choice", "required", "not personal"],
)
def test_any_other_change_is_incompatible_with_a_landed_schema(present: Schema) -> None:
    assert not is_compatible(LANDED, present)


def test_a_changed_default_is_incompatible_with_a_landed_schema() -> None:
    landed = schema_of(NAME, ("city", str, "Oslo"))
    assert not is_compatible(landed, schema_of(NAME, ("city", str, "Rome")))
    assert is_compatible(landed, landed)


def test_no_field_of_any_declared_type_can_be_removed_unnoticed() -> None:
    assert SUBSCRIPTIONS  # importing the table declares every event
    for declared in declared_events().values():
        landed = json_schema(declared, "")
        for name in landed["properties"]:
            rest = {key: field for key, field in landed["properties"].items() if key != name}
            required = [key for key in landed["required"] if key != name]
            changed = {**landed, "properties": rest, "required": required}
            assert not is_compatible(landed, changed), f"{declared.type}: {name}"
