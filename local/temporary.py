"""A server for as long as somebody needs one, in a folder of its own."""

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
    """What ``make`` makes of a new folder, started, and gone with its data at the end."""
    directory = Path(tempfile.mkdtemp(prefix=f"{kind}-"))
    server = make(directory / "data")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)
