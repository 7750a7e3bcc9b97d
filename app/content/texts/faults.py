"""Faults in the content: a file, a line in it, and a sentence."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
import msgspec

from app.platform.data_files import DataFileError, read_text

LINE: Final = re.compile(r"\bat line (\d+)")


class Fault(msgspec.Struct, frozen=True, order=True):
    """One fault; ``line`` counts from 1."""

    path: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{'/'.join(self.path.parts[-2:])}:{self.line}: {self.sentence}"


class ContentError(click.ClickException):
    """The content has faults; the message has a line for each. It stops the site and `flask`."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


@contextmanager
def collecting(faults: list[Fault]) -> Iterator[None]:
    """Add faults raised inside to ``faults``, so that the next file is checked too."""
    try:
        yield
    except ContentError as error:
        faults += error.faults
    except DataFileError as error:
        line = LINE.search(error.problem)
        faults.append(Fault(error.path, int(line[1]) if line else 1, error.problem))


def refuse(faults: Iterable[Fault]) -> None:
    """Raise ContentError if there are any faults."""
    if found := list(faults):
        raise ContentError(found)


def line_with(path: Path, text: str) -> int:
    """The number of the file's first line with that text; 1 if there is none."""
    lines = enumerate(read_text(path).splitlines(), 1)
    return next((number for number, line in lines if text in line), 1)
