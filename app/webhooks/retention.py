"""Deleting old webhook messages. The events themselves stay in the log."""

from datetime import datetime

import uuid_utils.compat
from sqlalchemy import text
from sqlalchemy.orm import Session

KEPT_DAYS = 90
BATCH = 1000

# Ids sort by creation time, so the primary key finds the old ones. A message's tries are deleted
# with it. In the condition a subquery might run again for each row, and with it its LIMIT.
FORGET = text("""
WITH old AS MATERIALIZED (
    SELECT id FROM webhook_messages
    WHERE id < :first_kept AND status IN ('delivered', 'failed')
    ORDER BY id LIMIT :batch
    FOR UPDATE SKIP LOCKED
)
DELETE FROM webhook_messages USING old WHERE webhook_messages.id = old.id
""")


def forget_messages(session: Session, before: datetime) -> int:
    """Delete up to ``BATCH`` finished messages created before that moment, with what their servers
    answered. Returns how many."""
    first_kept = uuid_utils.compat.uuid7(nanoseconds=int(before.timestamp() * 1e9))
    deleted = session.execute(FORGET, {"first_kept": first_kept, "batch": BATCH})
    return int(deleted.rowcount)  # type: ignore[attr-defined]
