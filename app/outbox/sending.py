"""What a task does when it is an outbox's turn."""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.outbox.claims import put_back_orphans
from app.outbox.models import OutboxRow

# With the last row to a slow server or resolver it stays below the time limit of a task.
WORK_SECONDS = 15.0


def send_for_a_while(
    session: Session, model: type[OutboxRow], send_next: Callable[[], bool]
) -> bool:
    """Send one row after the other for ``WORK_SECONDS``, as long as ``send_next`` wants to go on;
    return whether there may be more. What a dead worker was sending comes first, so this is only
    for the one sender at work."""
    put_back_orphans(session, model)
    until = time.monotonic() + WORK_SECONDS
    while time.monotonic() < until:
        if not send_next():
            return False
    return True
