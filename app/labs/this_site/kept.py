"""A cache of the exhibit in this process: read at intervals, however many people look at it."""

import threading
import time

import msgspec
from sqlalchemy.orm import Session

from app.labs.this_site.queries import Exhibit, public_exhibit

FRESH_SECONDS = 2.0


class Reading(msgspec.Struct, frozen=True):
    """The exhibit, and when it was read, on the monotonic clock."""

    exhibit: Exhibit
    read_at: float

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.read_at < FRESH_SECONDS


class KeptExhibit:
    """The latest reading. One request at a time reads a newer one; the others get this one."""

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self._latest: Reading | None = None

    def look(self, session: Session) -> Exhibit:
        """The public view of the pipeline, usually at most FRESH_SECONDS old."""
        latest = self._latest
        if latest and (latest.is_fresh or self._reading.locked()):
            return latest.exhibit
        with self._reading:
            if not (self._latest and self._latest.is_fresh):
                self._latest = Reading(public_exhibit(session), time.monotonic())
            return self._latest.exhibit
