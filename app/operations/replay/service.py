"""What staff do with dead letters: choose a set, have exactly that set replayed, cancel it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.operations.replay.models import Replay
from app.operations.replay.tasks import ring_replays
from app.platform.database import after_commit

FREEZE = text("""
INSERT INTO replay_items (replay_id, delivery_id, claim)
SELECT :id, id, claim FROM deliveries WHERE id = ANY(CAST(:deliveries AS bigint[]))
AND status = 'dead' RETURNING delivery_id
""")
START = text("""
UPDATE replays SET started_at = clock_timestamp(), started_by = :actor
WHERE id = :id AND started_at IS NULL RETURNING id
""")
CANCEL = text("""
UPDATE replays SET cancelled_at = clock_timestamp(), cancelled_by = :actor
WHERE id = :id AND started_at IS NOT NULL AND cancelled_at IS NULL AND finished_at IS NULL
RETURNING id
""")


class NothingChosen(Exception):
    """None of the deliveries is a dead letter (any more)."""


class AlreadyStarted(Exception):
    """Somebody has already started this replay."""


class NotRunning(Exception):
    """The replay has not begun, is over, or was already cancelled."""


def choose_dead_letters(session: Session, delivery_ids: Sequence[int], *, actor: str) -> uuid.UUID:
    """Freeze the set of these deliveries that are dead letters now, and return the replay's id.

    Nothing is replayed yet, and nothing that fails later joins the set. Raises NothingChosen.
    """
    replay = Replay(chosen_by=actor)
    session.add(replay)
    session.flush()
    frozen = session.execute(FREEZE, {"id": replay.id, "deliveries": list(delivery_ids)})
    if not frozen.all():
        raise NothingChosen
    return replay.id


def start_replay(session: Session, replay_id: uuid.UUID, *, actor: str) -> None:
    """Have the set replayed in the background. Raises AlreadyStarted."""
    if session.scalar(START, {"id": replay_id, "actor": actor}) is None:
        raise AlreadyStarted(replay_id)
    after_commit(session, ring_replays)


def cancel_replay(session: Session, replay_id: uuid.UUID, *, actor: str) -> None:
    """Put back nothing more; what is on its way is finished. Raises NotRunning."""
    if session.scalar(CANCEL, {"id": replay_id, "actor": actor}) is None:
        raise NotRunning(replay_id)
