"""The sweep: resends what is due and unfinished, wherever it got lost."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.delivery.sending import share_out

SWEEP_LIMIT = 1000

# Only the first unfinished delivery of a stream is sent; whoever finishes it sends the next.
TAKE_DUE = text("""
WITH due AS (
    SELECT d.id FROM deliveries d
    WHERE d.status = 'waiting' AND d.not_before <= now()
      AND (d.sent_at IS NULL OR d.sent_at < now() - make_interval(secs => :resend_after))
      AND NOT EXISTS (SELECT FROM paused_subscribers p WHERE p.subscriber = d.subscriber)
      AND NOT EXISTS (
        SELECT FROM deliveries earlier
        WHERE earlier.subscriber = d.subscriber AND earlier.stream = d.stream
          AND earlier.stream_version < d.stream_version AND earlier.status <> 'done'
        OFFSET 0  -- a lookup, not a join: see `claims`
      )
    ORDER BY d.not_before LIMIT :most
    FOR UPDATE SKIP LOCKED
)
UPDATE deliveries SET sent_at = now() FROM due WHERE deliveries.id = due.id
RETURNING deliveries.id, attempts
""")


def take_due_deliveries(session: Session, *, resend_after: float) -> list[list[int]]:
    """Return the deliveries whose task has to be sent, or sent again, task by task; they are marked
    as sent and committed.

    ``resend_after`` (seconds) is how long a task may be on its way before it counts as lost; a
    repeat is harmless. Two concurrent sweeps never return the same delivery. A delivery that was
    tried before gets a task to itself: it may have killed its worker, and must not take others
    down with it again.
    """
    due = session.execute(TAKE_DUE, {"resend_after": resend_after, "most": SWEEP_LIMIT}).all()
    session.commit()
    fresh = sorted(row.id for row in due if not row.attempts)
    tried = sorted(row.id for row in due if row.attempts)
    return [
        *share_out([[delivery_id] for delivery_id in fresh]),
        *([delivery_id] for delivery_id in tried),
    ]
