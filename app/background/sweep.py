"""The sweep: one task that looks for everything nobody was woken for.

It is one for all domains because a task costs more than most of the looks.
"""

from typing import Final

from celery import Task, shared_task

from app.attachments.tasks import sweep_removed
from app.bridges.tasks import sweep_bridges
from app.chat.tasks import sweep_messages
from app.erasures.tasks import enter_in_ledger
from app.events.tasks import record_due_events, sweep_deliveries
from app.notifications.tasks import sweep_mail
from app.operations.replay.tasks import move_replays_on
from app.webhooks.tasks import sweep_webhooks

# Those that may wait for storage come last.
LOOKS: Final[tuple[Task, ...]] = (
    sweep_deliveries,
    record_due_events,
    sweep_mail,
    sweep_messages,
    sweep_bridges,
    move_replays_on,
    sweep_webhooks,
    sweep_removed,
    enter_in_ledger,
)


@shared_task(name="background.sweep", ignore_result=True)
def sweep() -> None:
    """Look for each kind of work in turn, in an app context and a trace of its own. A look that
    fails keeps none of the others from theirs; in the end their errors are raised together."""
    errors: list[Exception] = []
    for look in LOOKS:
        try:
            look()
        except Exception as error:  # noqa: BLE001 - any fault of one must not stop the others
            errors.append(error)
    if errors:
        raise ExceptionGroup("Not everything was swept.", errors)
