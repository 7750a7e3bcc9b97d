"""The Celery task that moves replays on. It carries nothing: the tables say what is next."""

import structlog
from celery import shared_task

from app.database import db
from app.events.tasks import send_deliveries
from app.flow.advance import advance_replays

log = structlog.get_logger()


def ring_replays() -> None:
    """Ask a worker for a step at once. A lost ring costs one sweep."""
    try:
        move_replays_on.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
        log.warning("replays.broker_unreachable", error=type(error).__name__)


@shared_task(name="flow.advance_replays", ignore_result=True)
def move_replays_on() -> None:
    advance_replays(db.session(), send_deliveries)
