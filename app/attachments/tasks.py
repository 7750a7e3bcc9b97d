"""The Celery tasks of attachments. They carry nothing: the rows say what is to be deleted."""

import structlog
from celery import shared_task

from app.attachments.cleaning import delete_orphans, delete_removed
from app.database import db
from app.database.advisory_locks import alone_at
from app.storage.address import current_storage
from app.storage.protocol import StorageUnavailable

log = structlog.get_logger()


@shared_task(name="attachments.sweep", ignore_result=True)
def sweep_removed() -> None:
    """Have storage drop the files that were removed or erased."""
    with alone_at("attachments.sweep") as is_alone:
        if is_alone:
            delete_removed(db.session(), current_storage())


@shared_task(name="attachments.sweep_orphans", ignore_result=True)
def sweep_orphans() -> None:
    """Bring files and rows into step."""
    try:
        delete_orphans(db.session(), current_storage())
    except StorageUnavailable as error:
        log.warning("attachments.orphans_not_swept", error=str(error))
