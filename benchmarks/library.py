"""PyPI's `eventsourcing` library on the same Postgres, in its own virtual environment."""

import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from config import ROOT
from local.commands import command_environment

REQUIREMENTS = ("eventsourcing==9.5.6", "psycopg[binary,pool]==3.3.9")


class Library:
    """The library, running in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def append(self, count: int, together: int) -> float:
        """Store ``count`` events, ``together`` per commit. Returns seconds, as all methods do."""
        return self._do(f"append {count} {together}")

    def replay(self, count: int) -> float:
        return self._do(f"replay {count}")

    def rebuild(self, count: int) -> float:
        return self._do(f"rebuild {count}")

    def _do(self, task: str) -> float:
        assert self._process.stdin
        assert self._process.stdout
        print(task, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())


def install_library(folder: Path) -> Path:
    """Install the library into ``folder``; return the path of its Python."""
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "pip", "install", "-qq", *REQUIREMENTS], check=True)
    return folder / "bin" / "python"


@contextmanager
def library_at(python: Path, url: str) -> Iterator[Library]:
    """The library on the empty database at ``url``, with its PostgreSQL recorder and JSON
    transcoder."""
    address = urlsplit(url)
    settings = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": address.path[1:],
        "POSTGRES_HOST": str(address.hostname),
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_USER": str(address.username),
        "POSTGRES_PASSWORD": "trusted",
    }
    with subprocess.Popen(
        [python, "-m", "benchmarks.library_side", url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**command_environment(), **settings},
    ) as process:
        yield Library(process)
        process.communicate()
