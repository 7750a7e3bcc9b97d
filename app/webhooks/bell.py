"""The courier's doorbell."""

import structlog
from celery import current_app as celery

SEND = "webhooks.send"
log = structlog.get_logger()


def ring_courier() -> None:
    """Ask a worker to send what is due. A lost ring costs one sweep, never a message."""
    try:
        celery.send_task(SEND, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - the broker's clients have no common base class
        log.warning("courier.broker_unreachable", error=type(error).__name__)
