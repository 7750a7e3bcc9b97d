"""A temporary server in a folder of its own."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from local.process import Process

Server = TypeVar("Server", bound=Process)


@contextmanager
def temporary(kind: str, make: Callable[[Path], Server]) -> Iterator[Server]:
    """The server that ``make`` makes for a new folder; started, and deleted with its data at the
    end."""
    directory = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
    server = make(directory / "data")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)
