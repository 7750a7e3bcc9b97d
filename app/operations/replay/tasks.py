"""The Celery task that moves replays on. It carries nothing: the tables say what is next."""

from celery import shared_task

from app.background.wake import wake
from app.events.tasks import send_deliveries
from app.operations.replay.advance import advance_replays
from app.platform.database import db


def ring_replays() -> None:
    """Ask a worker for a step now."""
    wake(move_replays_on)


# The name by which the previous release's workers know it.
@shared_task(name="flow.advance_replays", ignore_result=True)
def move_replays_on() -> None:
    advance_replays(db.session(), send_deliveries)
