"""Upcasting: a payload stored in an older version is brought up to the present one, step by step,
whenever it is read. What is stored never changes."""

from collections.abc import Callable, Mapping
from typing import Any

Payload = dict[str, Any]
Step = Callable[[Payload], Payload]

_steps: dict[tuple[str, int], Step] = {}


class UnknownSchemaVersion(Exception):
    """The payload is of a later version than this release knows: a newer release stored it."""


def upcast(name: str, *, from_version: int) -> Callable[[Step], Step]:
    """Declare the function that turns a payload of ``from_version`` into one of the next version.

    It takes and returns plain JSON types, and must not change while such events are stored.
    """

    def declare(step: Step) -> Step:
        if (name, from_version) in _steps:
            raise ValueError(f"{name} is upcast from version {from_version} twice.")
        _steps[name, from_version] = step
        return step

    return declare


def to_present_version(name: str, payload: Payload, version: int, present: int) -> Payload:
    """The payload after every step from ``version`` up to ``present``."""
    if not 1 <= version <= present:
        raise UnknownSchemaVersion(f"{name} in version {version}; known are 1 to {present}")
    for from_version in range(version, present):
        payload = _steps[name, from_version](payload)
    return payload


def check_upcasts(present: Mapping[str, int]) -> None:
    """Check the steps against the types' present versions. Raises ValueError if a step is missing
    or leads to a version that is not declared."""
    needed = {(name, old) for name, latest in present.items() for old in range(1, latest)}
    for name, version in sorted(needed - set(_steps)):
        raise ValueError(f"{name} lacks its @upcast from version {version}.")
    for name, version in sorted(set(_steps) - needed):
        raise ValueError(f"{name} is upcast from version {version} to one that is not declared.")
