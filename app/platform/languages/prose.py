"""The firm's data in another language: which of its fields are prose, and their translation."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar, get_args, get_type_hints

from flask import current_app
from msgspec import Meta, Struct
from msgspec.structs import replace

from app.platform.languages.choice import SOURCE, in_language, languages_of, present_language

Prose = Annotated[str, Meta(extra={"translated": True})]
"""The type of a field whose words people read. Any other text is a key, a version, an address."""

T = TypeVar("T", bound=Struct)
Translations = Mapping[str, Mapping[str, str]]
"""By a language's code, each text and its translation."""
NONE_KEPT: Final[Translations] = MappingProxyType({})


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


def in_present_language(data: T, kept: Translations = NONE_KEPT) -> T:
    """The data with its prose in the present language, or unchanged if there is no translation. A
    translation that was ``kept`` takes precedence over the firm's catalog of today.

    Fields by which something is decided stay as they are.
    """
    language = present_language()
    if language == SOURCE:
        return data
    before, today = kept.get(language, {}), current_app.extensions["firm_texts"].gettext
    return map_prose(data, lambda prose: before.get(prose) or today(prose))


def translations_of(data: Struct) -> dict[str, dict[str, str]]:
    """Today's translation of each prose field of the data, in every other language, to be kept."""
    texts, translations = prose_of(data), {}
    for code in languages_of(current_app).keys() - {SOURCE}:
        with in_language(code):
            translate = current_app.extensions["firm_texts"].gettext
            translations[code] = {text: translate(text) for text in texts}
    return translations


def prose_of(data: Struct) -> list[str]:
    """Each prose field of the data, and of the data within it, in order."""
    texts: list[str] = []

    def note(prose: str) -> str:
        texts.append(prose)
        return prose

    map_prose(data, note)
    return texts


def map_prose(data: T, change: Callable[[str], str]) -> T:
    """The data with ``change`` applied to each non-empty prose field, nested data included."""
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
