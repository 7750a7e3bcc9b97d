"""The scheduler: Celery beat, made to act in one process at a time, and to carry on when the
machine's clock is set back or its file is corrupt.

Beat keeps the wall-clock time at which it last sent each task in a file that survives a restart.
After a clock that was hours ahead is corrected, it would send no sweep for those hours. And if it
was killed while writing, or the power failed, it would fail at every start until somebody removed
the file.
"""

import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import psycopg
import structlog
from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError

from app.platform.database import CONNECT_TIMEOUT, SILENCE_TIMEOUT_MS, kind_of
from app.platform.database.deadline import BoundedConnection

# How often to look again while another scheduler leads, or none can.
LOOK_SECONDS = 5.0
# More than the notes need.
NOTES_BYTES = 20_000
TAKE_LEAD = "SELECT pg_try_advisory_lock(hashtext('scheduler'))"
# With these the server drops a leader whose machine has vanished.
KEEPALIVES = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2"
log = structlog.get_logger()


class Lead:
    """Which of the schedulers on one database acts: the one that holds an advisory lock. The lock
    belongs to the connection, so a scheduler that dies releases it."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: psycopg.Connection | None = None

    def is_ours(self) -> bool:
        """Whether this process has the lead, taking it if it is free. Nobody has it while the
        database is away, when there is nothing to do anyway."""
        try:
            if self._connection:
                self._connection.execute("SELECT 1")
            else:
                self._take()
        except psycopg.Error as error:
            log.warning("scheduler.database_unreachable", error=kind_of(error))
            self.release()
        return self._connection is not None

    def _take(self) -> None:
        connection = BoundedConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=CONNECT_TIMEOUT,
            tcp_user_timeout=SILENCE_TIMEOUT_MS,
            options=KEEPALIVES,
        )
        if connection.execute(TAKE_LEAD).fetchall() == [(True,)]:
            self._connection = connection
            log.info("scheduler.leads")
        else:
            connection.close()

    def release(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


class SteadyScheduler(PersistentScheduler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lead = Lead(self.app.conf.beat_lead_at)

    def setup_schedule(self) -> None:
        _check_folder(Path(self.schedule_filename).absolute())
        try:
            super().setup_schedule()
        except Exception as error:  # noqa: BLE001 - reading a corrupt file can raise anything
            log.warning("scheduler.notes_unreadable", error=type(error).__name__)
            self._close_notes()
            self._remove_db()
            super().setup_schedule()

    def _close_notes(self) -> None:
        """The open file still has an empty schedule to write. Left to the garbage collector, it
        would write that over the new file of the same name."""
        with suppress(Exception):
            self._store.close()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._lead.is_ours():
            return LOOK_SECONDS
        now = self.app.now()
        for entry in self.schedule.values():
            if entry.last_run_at > now:
                entry.last_run_at = now
                self._heap = None  # ordered by times that are hours away; Celery rebuilds it
        return super().tick(*args, **kwargs)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send the task; say in one line that the broker is away, where Celery prints a hundred."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            cause = type(error.__context__).__name__
            log.warning("broker.unreachable", task=entry.task, error=cause)

    def close(self) -> None:
        super().close()
        self._lead.release()


def _check_folder(notes: Path) -> None:
    """Create the notes' folder: it is VAR_DIR, which nothing else creates on most platforms. Ends
    the process with a sentence if they can't be written there; beat would print hundreds of lines.
    Those that exist need no more room."""
    folder = notes.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryFile(dir=folder) as probe:
            if not any(folder.glob(f"{notes.name}*")):
                probe.write(bytes(NOTES_BYTES))
                probe.flush()
    except OSError as error:
        sys.exit(
            f"Error: The scheduler can't keep its notes in {folder} ({error.strerror}). Set VAR_DIR"
            " to a folder that has room, and that its user may write to."
        )
