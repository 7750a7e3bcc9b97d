"""Sending tasks: how many deliveries share one, and what becomes of those that can't be sent."""

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.platform.telemetry.spans import current_span

# A task costs more than most deliveries: those of one event share a task, and under load those of
# several events do, up to about this many. A few events are spread over the workers.
LARGEST_TASK = 10
SMALL_CROWD = 8
log = structlog.get_logger()

Send = Callable[[Sequence[int]], None]

UNSENT = text("UPDATE deliveries SET sent_at = NULL WHERE id = ANY(:ids) AND done_at IS NULL")


def share_out(groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """Put the deliveries into tasks, in order; those of a group share one."""
    size = min(LARGEST_TASK, sum(map(len, groups)) // SMALL_CROWD)
    tasks: list[list[int]] = []
    for group in groups:
        if tasks and len(tasks[-1]) + len(group) <= size:
            tasks[-1] += group
        else:
            tasks.append([*group])
    return tasks


def send_all(connection: Connection | Session, tasks: Sequence[Sequence[int]], send: Send) -> None:
    """Send each task, up to the first that the broker refuses.

    The rest are not tried, since each try may wait for a timeout; the deliveries of all these tasks
    are marked as unsent, for the next sweep.
    """
    for index, task in enumerate(tasks):
        try:
            send(task)
        except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
            log.warning("broker.unreachable", error=type(error).__name__)
            current_span().fail(type(error).__name__)
            unsent = [delivery_id for task in tasks[index:] for delivery_id in task]
            connection.execute(UNSENT, {"ids": unsent})
            return
