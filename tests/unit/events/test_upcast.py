"""Old versions are upcast step by step, and a missing step is found before anything is read."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events import upcast as upcasting
from app.events.types import Event, decode_event, event
from app.events.upcast import UnknownSchemaVersion, check_upcasts, to_present_version, upcast


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_a_payload_takes_each_step_from_its_version_once_and_in_order(way: tuple[int, int]) -> None:
    version, present = way

    def step_from(number: int) -> Any:
        return lambda payload: {"steps": [*payload["steps"], number]}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upcasting, "_steps", {("made.up", n): step_from(n) for n in range(1, 12)})
        arrived = to_present_version("made.up", {"steps": []}, version, present)
    assert arrived == {"steps": list(range(version, present))}


def test_an_old_payload_is_read_as_the_present_type(nothing_declared: None) -> None:
    @upcast("person.hired", from_version=1)
    def split_name(payload: dict[str, Any]) -> dict[str, Any]:
        given_name, _, family_name = payload["name"].partition(" ")
        return {"given_name": given_name, "family_name": family_name}

    @upcast("person.hired", from_version=2)
    def add_country(payload: dict[str, Any]) -> dict[str, Any]:
        return {**payload, "country": "unknown"}

    @event("person.hired", version=3)
    class PersonHired(Event, frozen=True):
        given_name: str
        family_name: str
        country: str

    ada = PersonHired(given_name="Ada", family_name="Lovelace", country="unknown")
    assert decode_event("person.hired", {"name": "Ada Lovelace"}, 1) == ada
    second = {"given_name": "Ada", "family_name": "Lovelace"}
    assert decode_event("person.hired", second, 2) == ada
    assert decode_event("person.hired", {**second, "country": "unknown"}, 3) == ada
    with pytest.raises(msgspec.ValidationError):
        decode_event("person.hired", {"name": "Ada Lovelace"}, 3)


@pytest.mark.parametrize("version", [0, 3])
def test_a_version_that_this_release_does_not_know_is_not_guessed_at(
    nothing_declared: None, version: int
) -> None:
    @event("person.hired", version=2)
    class PersonHired(Event, frozen=True):
        name: str

    with pytest.raises(UnknownSchemaVersion, match="known are 1 to 2"):
        decode_event("person.hired", {"name": "Ada"}, version)


def test_a_missing_step_is_found_by_the_check(nothing_declared: None) -> None:
    upcast("person.hired", from_version=1)(dict)
    check_upcasts({"person.hired": 2, "person.left": 1})
    with pytest.raises(ValueError, match=r"person\.hired lacks its @upcast from version 2"):
        check_upcasts({"person.hired": 3})


@pytest.mark.parametrize("present", [{"person.hired": 1}, {}])
def test_a_step_to_an_undeclared_version_is_found_by_the_check(
    nothing_declared: None, present: dict[str, int]
) -> None:
    upcast("person.hired", from_version=1)(dict)
    with pytest.raises(ValueError, match="to one that is not declared"):
        check_upcasts(present)


def test_a_version_can_have_only_one_upcast(nothing_declared: None) -> None:
    upcast("person.hired", from_version=1)(dict)
    with pytest.raises(ValueError, match="twice"):
        upcast("person.hired", from_version=1)(dict)
