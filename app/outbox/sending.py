"""How a task works through an outbox."""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.outbox.claims import requeue_orphans
from app.outbox.models import OutboxRow

# Even if the last row meets a slow server or resolver, this stays below a task's time limit.
WORK_SECONDS = 15.0


def send_for_a_while(
    session: Session, model: type[OutboxRow], send_next: Callable[[], bool]
) -> bool:
    """Send row after row for ``WORK_SECONDS``, as long as ``send_next`` returns True; return
    whether there may be more. First puts back what a dead worker was sending, so only one sender
    may be at work."""
    requeue_orphans(session, model)
    until = time.monotonic() + WORK_SECONDS
    while time.monotonic() < until:
        if not send_next():
            return False
    return True
