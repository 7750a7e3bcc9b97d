"""Where files are kept: what every place can do, and how it fails.

A file is known by the id of its row; no place ever sees a name.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol


class StorageUnavailable(Exception):
    """The place is full, away or refuses. The message is the kind of failure."""


class FileMissing(Exception):
    """The place answers, and has no such file."""


class Storage(Protocol):
    """Each of them raises StorageUnavailable."""

    def put(self, file_id: uuid.UUID, file: BinaryIO) -> None:
        """Store the whole file, or nothing that ``open`` would find."""

    def open(self, file_id: uuid.UUID) -> BinaryIO:
        """The file, to be read and closed. Raises FileMissing."""

    def delete(self, file_id: uuid.UUID) -> None:
        """Return once the file is gone, whether or not it was there."""

    def files(self) -> Iterator[tuple[uuid.UUID, datetime]]:
        """Every file of ours, in whole or in part, and when it was written (UTC)."""


def id_in(name: str) -> uuid.UUID | None:
    """The id that a stored file is named by; None where the name is not one of ours."""
    try:
        file_id = uuid.UUID(name)
    except ValueError:
        return None
    return file_id if str(file_id) == name else None
