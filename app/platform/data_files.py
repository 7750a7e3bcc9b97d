"""Reading the firm's data: a TOML file in, a frozen and checked struct out."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import click
import msgspec

T = TypeVar("T", bound=msgspec.Struct)
DIGEST_LETTERS = 8


class DataFileError(click.ClickException):
    """A data file is missing or wrong. The message names the file and the place in it.

    Click shows it as a sentence: it stops the `flask` commands as it stops the site.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{'/'.join(path.parts[-2:])}: {problem}")
        self.path = path
        self.problem = problem


def read_data(path: Path, shape: type[T]) -> T:
    """Decode the TOML file at ``path`` into ``shape``, a msgspec struct.

    Types are strict, and a struct declared with ``forbid_unknown_fields`` refuses a misspelt key.
    Raises DataFileError, as in "content/rubric.toml: Expected `int`, got `str` - at `$.version`".
    """
    try:
        return msgspec.toml.decode(read_text(path), type=shape)
    except msgspec.DecodeError as error:
        raise DataFileError(path, str(error)) from error


def read_text(path: Path) -> str:
    """The file's text. Raises DataFileError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataFileError(path, f"The file can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise DataFileError(path, f"The file is not UTF-8 text ({error.reason}).") from error


def repeated(names: Sequence[str]) -> list[str]:
    """The names that occur more than once, each listed once."""
    return [name for name in dict.fromkeys(names) if names.count(name) > 1]


def with_digest(version: str, data: msgspec.Struct) -> str:
    """The version that somebody typed, followed by a digest of ``data``, so that an edit never
    keeps the old version's name."""
    digest = hashlib.sha256(msgspec.json.encode(data)).hexdigest()
    return f"{version}-{digest[:DIGEST_LETTERS]}"
