"""The sweep: resends what is due and unfinished, wherever it got lost."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.delivery.sending import share_out
from app.events.delivery.turn import IN_TURN

SWEEP_LIMIT = 1000

# Only the first unfinished delivery of a stream is sent; whoever finishes it sends the next.
TAKE_DUE = text(f"""
WITH due AS (
    SELECT id FROM deliveries AS candidate
    WHERE status = 'waiting' AND not_before <= now()
      AND (sent_at IS NULL OR sent_at < now() - make_interval(secs => :resend_after))
      AND {IN_TURN}
    ORDER BY not_before LIMIT :most
    FOR UPDATE SKIP LOCKED
)
UPDATE deliveries SET sent_at = now() FROM due WHERE deliveries.id = due.id
RETURNING deliveries.id, attempts
""")  # noqa: S608 - a constant


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
