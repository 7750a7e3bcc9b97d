"""What every storage of files can do, and how it fails.

A file is known by the id of its row; a storage never sees a file's name.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, Protocol


class StorageUnavailable(Exception):
    """The storage is full, away or refuses. The message is the kind of failure."""


class FileMissing(Exception):
    """The storage answers, and has no such file."""


class Storage(Protocol):
    """Every method raises StorageUnavailable."""

    def put(self, file_id: uuid.UUID, file: BinaryIO) -> None:
        """Store the whole file, or nothing that ``open`` would find."""

    def open(self, file_id: uuid.UUID) -> BinaryIO:
        """The file, to be read and closed. Raises FileMissing."""

    def delete(self, file_id: uuid.UUID) -> None:
        """Return once the file is gone, whether or not it was there."""

    def files(self) -> Iterator[tuple[uuid.UUID, datetime]]:
        """Every file of ours, complete or not, and when it was written (UTC)."""


def id_in(name: str) -> uuid.UUID | None:
    """The id in a stored file's name; None if the name is not one of ours."""
    try:
        file_id = uuid.UUID(name)
    except ValueError:
        return None
    return file_id if str(file_id) == name else None
