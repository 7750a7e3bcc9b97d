"""The log on another server than the one that wrote it, as after a restore.

Transaction ids start again there, so an epoch shifts the horizons that `log` orders by: they
continue where the other server's ended. That may be beyond its last event, since a checkpoint
reaches as far as the transactions did.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

# A checkpoint covers what lies below its horizon.
END = """
SELECT greatest((SELECT max(horizon) FROM events), (SELECT max(horizon) - 1 FROM checkpoints))
"""
MOVED = text(f"SELECT ({END}) >= log_horizon(pg_snapshot_xmax(pg_current_snapshot()))")
BEGIN_EPOCH = text(f"""
INSERT INTO log_epochs (shift)
SELECT ({END}) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
""")


def has_moved(session: Session) -> bool:
    """Whether the log comes from a server that had issued more transaction ids than this one. Its
    readers then wait, and would skip what is recorded in the meantime."""
    return bool(session.scalar(MOVED))


def begin_epoch(session: Session) -> None:
    """Make the horizons continue where the other server's ended."""
    session.execute(BEGIN_EPOCH)
