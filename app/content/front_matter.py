"""What stands above a text, as a struct, and what can be wrong in it."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from app.content.faults import ContentError, Fault, refuse
from app.content.source import Source
from app.languages.choice import is_language

T = TypeVar("T", bound=msgspec.Struct)


def read_front_matter(source: Source, shape: type[T]) -> T:
    """The front matter as ``shape``. Raises ContentError with the lines at fault."""
    try:
        front_matter = msgspec.convert(source.values, shape, strict=False)
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
        sentence = f"'{code}' is no language's code of two letters, such as en or de."
        yield source.fault(source.lines["language"], sentence)
