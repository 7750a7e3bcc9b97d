"""What an event says about a person, left out of what leaves the house."""

from typing import Any, get_args, get_origin

import msgspec

from app.events.types import Event


def without_personal(event: Event) -> Event:
    """The event with an empty value in each personal field, so that it still fits its schema."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(type(event))}
    emptied = {name: _empty(kinds[name]) for name in event.personal}
    return msgspec.structs.replace(event, **emptied)


def _empty(kind: Any) -> Any:
    if type(None) in get_args(kind):
        return None
    return (get_origin(kind) or kind)()
