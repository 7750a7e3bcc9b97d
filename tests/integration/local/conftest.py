"""Folders for servers, and a way to wait for a condition."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def server_folder() -> Iterator[Path]:
    """A folder outside pytest's, which the user that servers run as can't access."""
    folder = Path(tempfile.mkdtemp(prefix="local-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until the condition holds; fail after ten seconds."""

    def eventually(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come to hold"
            time.sleep(0.01)

    return eventually
