"""The firm's data in another language: which of its fields people read, and these translated."""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_type_hints

from flask import current_app
from msgspec import Meta, Struct
from msgspec.structs import replace

from app.languages.choice import SOURCE, present_language

Prose = Annotated[str, Meta(extra={"translated": True})]
"""The type of a field whose words people read. Every other text is a key, a version, an address."""

T = TypeVar("T", bound=Struct)


def current_data(name: str) -> Any:
    """The running app's data of that name, with its prose in the present language."""
    original, language = current_app.extensions[name], present_language()
    if language == SOURCE:
        return original
    kept = current_app.extensions.setdefault("data_in_languages", {})
    source, translated = kept.get((name, language), (None, None))
    if source is not original:
        translated = in_present_language(original)
        kept[name, language] = original, translated
    return translated


def in_present_language(data: T) -> T:
    """The data with each prose in the present language, or as it is where there is no translation.

    Whatever it decides by stays as it is.
    """
    if present_language() == SOURCE:
        return data
    return map_prose(data, current_app.extensions["firm_texts"].gettext)


def map_prose(data: T, change: Callable[[str], str]) -> T:
    """The data with ``change`` made to each prose that is not empty, also of the data within."""
    return replace(
        data,
        **{
            name: _mapped(getattr(data, name), hint, change)
            for name, hint in _hints(type(data)).items()
        },
    )


def _mapped(value: Any, hint: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Struct):
        return map_prose(value, change)
    if isinstance(value, tuple):
        (inner, *_) = get_args(hint)
        return tuple(_mapped(one, inner, change) for one in value)
    if isinstance(value, dict):
        (_, inner) = get_args(hint)
        return {key: _mapped(one, inner, change) for key, one in value.items()}
    return change(value) if hint == Prose and value else value


@cache
def _hints(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)
