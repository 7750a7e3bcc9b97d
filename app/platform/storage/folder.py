"""Files in a folder, which every process must see: `var/uploads`, or a shared volume."""

import errno
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from app.platform.storage.protocol import FileMissing, StorageUnavailable, id_in

HALF = ".part"


class FolderStorage:
    """One file per id; a file that is still being written ends in ``.part``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, file_id: uuid.UUID, file: BinaryIO) -> None:
        half = self._folder / f"{file_id}{HALF}"
        with _failing_as_unavailable():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with half.open("wb") as target:
                    shutil.copyfileobj(file, target)
                    target.flush()
                    os.fsync(target.fileno())
                half.replace(self._folder / str(file_id))
            finally:
                half.unlink(missing_ok=True)

    def open(self, file_id: uuid.UUID) -> BinaryIO:
        with _failing_as_unavailable():
            try:
                return (self._folder / str(file_id)).open("rb")
            except FileNotFoundError as error:
                raise FileMissing(file_id) from error

    def delete(self, file_id: uuid.UUID) -> None:
        with _failing_as_unavailable():
            for name in (str(file_id), f"{file_id}{HALF}"):
                (self._folder / name).unlink(missing_ok=True)

    def files(self) -> Iterator[tuple[uuid.UUID, datetime]]:
        with _failing_as_unavailable(), self._listing() as listing:
            for entry in listing:
                file_id = id_in(entry.name.removesuffix(HALF))
                if file_id is None:
                    continue
                try:
                    written_at = datetime.fromtimestamp(entry.stat().st_mtime, UTC)
                except FileNotFoundError:  # deleted since the listing, or complete and renamed
                    continue
                yield file_id, written_at

    @contextmanager
    def _listing(self) -> Iterator[Iterable[os.DirEntry[str]]]:
        """What is in the folder, which is created with its first file. Path.glob would not fail on
        a folder that it may not read, but find nothing."""
        try:
            entries = os.scandir(self._folder)
        except FileNotFoundError:
            yield ()
            return
        with entries:
            yield entries


@contextmanager
def _failing_as_unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = errno.errorcode.get(error.errno or 0)  # a full disk has no type of its own
        name = type(error).__name__
        raise StorageUnavailable(f"{name} ({code})" if code else name) from error
