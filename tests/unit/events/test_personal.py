"""What leaves the house without personal data still fits the type's own schema."""

import msgspec
import pytest

import app.subscriptions  # noqa: F401 - it imports every declared type
from app.applications.events import ApplicationSubmitted
from app.events.bridges.personal import _empty, without_personal
from app.events.types import Event, declared_events

SUBMITTED = ApplicationSubmitted(
    reference="CE-1",
    name="Ada",
    email="ada@client.example",
    company="Engines",
    answers={"name": "Ada"},
    questions_version="2026-11",
)


def test_personal_fields_are_emptied_and_the_others_kept() -> None:
    assert without_personal(SUBMITTED) == ApplicationSubmitted(
        reference="CE-1", name="", email="", company="", answers={}, questions_version="2026-11"
    )


class Profile(Event, frozen=True):
    """An event of the tests, with fields of other kinds."""

    nickname: str | None
    tags: list[str]
    age: int


Profile.personal = ("nickname", "tags", "age")


def test_an_optional_field_becomes_none_and_others_the_empty_value_of_their_kind() -> None:
    emptied = without_personal(Profile(nickname="Ada", tags=["a"], age=36))
    assert emptied == Profile(nickname=None, tags=[], age=0)


@pytest.mark.parametrize("name", sorted(declared_events()))
def test_every_personal_field_of_every_type_takes_its_empty_value(name: str) -> None:
    kinds = {field.name: field.type for field in msgspec.structs.fields(declared_events()[name])}
    for field in declared_events()[name].personal:
        assert msgspec.convert(_empty(kinds[field]), kinds[field]) == _empty(kinds[field])
