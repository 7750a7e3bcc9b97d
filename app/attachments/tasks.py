"""The attachments' Celery tasks. They take no arguments: the rows say what to delete."""

import structlog
from celery import shared_task

from app.attachments.cleaning import delete_orphans, delete_removed
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.platform.storage.address import current_storage
from app.platform.storage.protocol import StorageUnavailable

log = structlog.get_logger()


@shared_task(name="attachments.sweep", ignore_result=True)
def sweep_removed() -> None:
    """Delete removed and erased files from storage."""
    with alone_at("attachments.sweep") as is_alone:
        if is_alone:
            delete_removed(db.session(), current_storage())


@shared_task(name="attachments.sweep_orphans", ignore_result=True)
def sweep_orphans() -> None:
    """Delete files without a row, and log rows without a file."""
    try:
        delete_orphans(db.session(), current_storage())
    except StorageUnavailable as error:
        log.warning("attachments.orphans_not_swept", error=str(error))
