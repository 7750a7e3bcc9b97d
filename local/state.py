"""What a local run keeps in its folder, `var/`: data, logs, settings, the secret key, a lock."""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from config import ROOT

LOCK_POLL = 0.1


class Unusable(Exception):
    """Another run has the folder, or it can't be used. The message is a sentence that says so."""


class State:
    """The folder: ``VAR_DIR``, or ``var`` in the project."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = (directory or Path(os.environ.get("VAR_DIR") or ROOT / "var")).absolute()
        self.postgres = self.directory / "postgres"
        self.redis = self.directory / "redis"
        self.logs = self.directory / "log"
        self.settings_file = self.directory / "local.env"
        self._lock_file = self.directory / "run.lock"

    @contextmanager
    def held(self, patience: float, say: Callable[[str], None]) -> Iterator[str]:
        """Hold the folder; yields the mark of the run that held it last, "" if none did.

        Another run may be just stopping, so this waits for ``patience`` seconds, and says so,
        before it raises Unusable. The system releases the folder when its holder dies.
        """
        self._make()
        with self._opened_lock() as lock:
            if not _try_lock(lock.fileno()):
                self._wait_for(lock.fileno(), patience, say)
            yield self._read_holder()[1]

    def _make(self) -> None:
        with self._usable("can't be created"):
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _opened_lock(self) -> TextIO:
        with self._usable("can't be written to"):
            return self._lock_file.open("a+")

    @contextmanager
    def _usable(self, fault: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unusable(
                f"{self.directory} {fault}: {error.strerror}. Set VAR_DIR to a folder that you may"
                " write to."
            ) from error

    def _wait_for(self, lock: int, patience: float, say: Callable[[str], None]) -> None:
        pid, _ = self._read_holder()
        say(f"Process {pid} has {self.directory}; waiting in case it is stopping.")
        deadline = time.monotonic() + patience
        while not _try_lock(lock):
            if time.monotonic() > deadline:
                pid, _ = self._read_holder()  # another may have been faster
                raise Unusable(
                    f"The site is already running: process {pid} has {self.directory}. Stop that"
                    " run first, or set VAR_DIR to another folder for a second one."
                )
            time.sleep(LOCK_POLL)

    def note_holder(self, mark: str) -> None:
        """Note who holds the folder, and the run's mark, before anything is started."""
        with self._usable("can't be written to"):
            self._lock_file.write_text(f"{os.getpid()} {mark}\n")

    def secret_key(self) -> str:
        """The key of this installation: random, made once."""
        file = self.directory / "secret_key"
        if not file.exists():
            self._write_private(file, secrets.token_hex(32))
        return file.read_text().strip()

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Leave the settings where the `flask` command finds them, in python-dotenv's spelling."""
        lines = [f"{name}={_quote(value)}\n" for name, value in settings.items()]
        self._write_private(self.settings_file, "".join(lines))

    def _write_private(self, file: Path, text: str) -> None:
        """Write the whole file or nothing, readable only by its owner."""
        new = file.with_suffix(".new")
        with self._usable("can't be written to"):
            new.unlink(missing_ok=True)
            new.touch(mode=0o600, exist_ok=False)
            new.write_text(text)
            new.replace(file)

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def rotate_logs(self) -> None:
        """Begin new logs; those of the previous run end in ``.1``."""
        for log in self.logs.glob("*.log"):
            log.replace(f"{log}.1")

    def _read_holder(self) -> tuple[str, str]:
        pid, _, mark = self._lock_file.read_text().strip().partition(" ")
        return pid, mark


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _quote(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
