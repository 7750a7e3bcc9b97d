"""Moving replays on, a step at a time, so that they can be watched and cancelled in between."""

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from app.events.delivery.dead_letters import NotADeadLetter, replay_dead_letter
from app.events.delivery.sending import Send, send_all, share_out

# Per replay: if the subscriber still fails, the rest of the set is not put back in the meantime.
MOST_UNDER_WAY = 50

RUNNING = text("""
SELECT id, started_by, cancelled_at FROM replays
WHERE started_at IS NOT NULL AND finished_at IS NULL
ORDER BY started_at FOR UPDATE SKIP LOCKED
""")
SETTLE = text("""
UPDATE replay_items i
SET state = d.status, settled_at = coalesce(d.done_at, clock_timestamp()),
    error = CASE WHEN d.status = 'dead' THEN d.last_error END
FROM deliveries d
WHERE d.id = i.delivery_id AND i.replay_id = :id AND i.state = 'put_back' AND d.status <> 'waiting'
""")
NEXT = text("""
SELECT delivery_id, claim FROM replay_items WHERE replay_id = :id AND state = 'chosen'
ORDER BY delivery_id
LIMIT :most - (SELECT count(*) FROM replay_items WHERE replay_id = :id AND state = 'put_back')
""")
PUT_BACK = text("""
UPDATE replay_items SET state = 'put_back', put_back_at = clock_timestamp()
WHERE replay_id = :id AND delivery_id = :delivery
""")
GONE = text("""
UPDATE replay_items SET state = 'gone', settled_at = clock_timestamp()
WHERE replay_id = :id AND delivery_id = :delivery
""")
FINISH = text("""
UPDATE replays SET finished_at = clock_timestamp()
WHERE id = :id AND NOT EXISTS (
    SELECT FROM replay_items WHERE replay_id = :id
    AND (state = 'put_back' OR state = 'chosen' AND NOT :is_cancelled)
)
""")


def advance_replays(session: Session, send: Send) -> None:
    """Take each running replay one step further and commit: note which letters are settled, and put
    back the next. Any number of processes may do this side by side."""
    put_back: list[int] = []
    for replay in session.execute(RUNNING).all():
        session.execute(SETTLE, {"id": replay.id})
        if replay.cancelled_at is None:
            put_back += _put_back_next(session, replay)
        session.execute(FINISH, {"id": replay.id, "is_cancelled": replay.cancelled_at is not None})
    session.commit()
    send_all(session, share_out([[delivery_id] for delivery_id in put_back]), send)
    session.commit()


def _put_back_next(session: Session, replay: Row) -> list[int]:
    """Put back as many letters as there is room for; one that was tried since is marked gone."""
    put_back = []
    for item in session.execute(NEXT, {"id": replay.id, "most": MOST_UNDER_WAY}).all():
        values = {"id": replay.id, "delivery": item.delivery_id}
        try:
            replay_dead_letter(session, item.delivery_id, actor=replay.started_by, claim=item.claim)
        except NotADeadLetter:
            session.execute(GONE, values)
        else:
            session.execute(PUT_BACK, values)
            put_back.append(item.delivery_id)
    return put_back
