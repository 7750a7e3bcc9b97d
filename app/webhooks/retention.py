"""What endpoints were sent is forgotten after a while. The events themselves stay in the log."""

from datetime import datetime

import uuid_utils.compat
from sqlalchemy import text
from sqlalchemy.orm import Session

KEPT_DAYS = 90
BATCH = 1000

# Ids sort by their time of making, so the primary key finds the old ones. A message's tries go
# with it. A subquery in a condition may be carried out anew for each row, and its limit with it.
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
    """Delete up to ``BATCH`` messages made before that moment and no longer to be sent, with what
    their servers answered. Return how many."""
    first_kept = uuid_utils.compat.uuid7(nanoseconds=int(before.timestamp() * 1e9))
    deleted = session.execute(FORGET, {"first_kept": first_kept, "batch": BATCH})
    return int(deleted.rowcount)  # type: ignore[attr-defined]
