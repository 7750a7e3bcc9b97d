"""The log on another server than the one that wrote it, as after a restore.

Transaction ids begin anew there, so an epoch shifts the horizons that `log` orders by: they go on
where the other server's ended.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

MOVED = text("""
SELECT max(horizon) >= log_horizon(pg_snapshot_xmax(pg_current_snapshot())) FROM events
""")
BEGIN_EPOCH = text("""
INSERT INTO log_epochs (shift)
SELECT max(horizon) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM events
""")


def has_moved(session: Session) -> bool:
    """Whether the log comes from a server that had given out more transaction ids than this one,
    as after a restore: its readers then wait, and would pass over what is recorded meanwhile."""
    return bool(session.scalar(MOVED))


def begin_epoch(session: Session) -> None:
    """Have the horizons go on where the other server's ended."""
    session.execute(BEGIN_EPOCH)
