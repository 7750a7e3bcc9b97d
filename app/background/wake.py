"""Asking a worker to look at what is due. A lost call costs the wait for a sweep, no work."""

import structlog
from celery import Task

log = structlog.get_logger()


def wake(task: Task, *names: str) -> None:
    """Send the task, which carries at most the names of what is due. Never raises, and never waits
    to reconnect."""
    try:
        task.apply_async(names, retry=False)
    except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
        log.warning("broker.unreachable", task=task.name, error=type(error).__name__)
