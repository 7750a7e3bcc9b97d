"""Work that one process at a time does, whoever comes first."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.platform.database import autocommit

TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext(:work))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtext(:work))")
# pg_locks shows a lock on one 64-bit number as its two halves.
IS_LOCKED = text("""
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND CAST(classid AS bigint) << 32 | CAST(objid AS bigint) = hashtext(:work)
)
""")


@contextmanager
def alone_at(work: str) -> Iterator[bool]:
    """Yields whether this process has that work to itself until the block ends.

    The lock belongs to the connection, so a process that dies releases it.
    """
    with autocommit() as connection:
        is_alone = bool(connection.scalar(TRY_LOCK, {"work": work}))
        try:
            yield is_alone
        finally:
            if is_alone:
                connection.execute(UNLOCK, {"work": work})


def is_someone_at(session: Session, work: str) -> bool:
    """Whether some process has that work to itself now."""
    return bool(session.scalar(IS_LOCKED, {"work": work}))
