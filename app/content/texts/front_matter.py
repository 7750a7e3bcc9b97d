"""Reads and checks the front matter of a text."""

from collections.abc import Iterator
from typing import Final, TypeVar

import msgspec

from app.content.texts.faults import ContentError, Fault, refuse
from app.content.texts.source import Source
from app.content.texts.typography import typeset
from app.platform.languages.choice import is_language

WORDS: Final = {"title", "label", "summary"}

T = TypeVar("T", bound=msgspec.Struct)


def read_front_matter(source: Source, shape: type[T]) -> T:
    """The front matter as a ``shape``, with its words typeset. Raises ContentError with the faulty
    lines."""
    values = {
        key: typeset(value) if key in WORDS and isinstance(value, str) else value
        for key, value in source.values.items()
    }
    try:
        front_matter = msgspec.convert(values, shape, strict=False)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        key = place.rstrip("`").partition("[")[0]
        unknown = problem.partition("unknown field `")[2].rstrip("`")
        line = source.lines.get(key or unknown, 1)
        sentence = f"{key}: {problem}." if key else f"{problem}."
        raise ContentError([source.fault(line, sentence)]) from error
    refuse([*empty_values(source), *unknown_languages(source)])
    return front_matter


def empty_values(source: Source) -> Iterator[Fault]:
    for key, value in source.values.items():
        if not "".join(value).strip():
            yield source.fault(source.lines[key], f"'{key}' says nothing.")


def unknown_languages(source: Source) -> Iterator[Fault]:
    code = source.values.get("language")
    if isinstance(code, str) and code and not is_language(code):
        sentence = f"'{code}' is not a two-letter language code, such as en or de."
        yield source.fault(source.lines["language"], sentence)
