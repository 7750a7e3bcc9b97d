"""Deletes from storage what was removed, retrying until it is gone."""

from datetime import timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.attachments.models import Attachment
from app.attachments.service import GIVEN_UP_AFTER, remove_leftovers
from app.platform.database import utc_now
from app.platform.storage.protocol import Storage, StorageUnavailable

FILES_A_TASK = 20
# Far longer than storing a file takes, so that no upload in progress counts as an orphan.
ORPHANED_AFTER = timedelta(days=1)
log = structlog.get_logger()


def delete_removed(session: Session, storage: Storage) -> None:
    """Delete removed files from storage, and each row once its file is gone. Commits after each.

    At the first failure it leaves the rest to the next sweep, since storage may be down.
    """
    remove_leftovers(session)
    session.commit()
    removed = (
        select(Attachment.id)
        .where(
            Attachment.removed_at.is_not(None),
            # An unconfirmed file may still be on its way to storage.
            or_(
                Attachment.stored_at.is_not(None),
                Attachment.reserved_at < utc_now() - GIVEN_UP_AFTER,
            ),
        )
        .order_by(func.random())  # so that one that can't be deleted doesn't block the others
        .limit(FILES_A_TASK)
    )
    for attachment_id in session.scalars(removed).all():
        session.commit()  # no transaction is open while storage is slow
        try:
            storage.delete(attachment_id)
        except StorageUnavailable as error:
            log.warning("attachment.not_deleted", id=str(attachment_id), error=str(error))
            return
        if row := session.get(Attachment, attachment_id):
            session.delete(row)
        session.commit()


def delete_orphans(session: Session, storage: Storage) -> None:
    """Delete each old file that has no row, as happens after a restore of the database. Log each
    row whose file is gone; such a row is kept, since nobody asked to remove it.

    Raises StorageUnavailable.
    """
    some_time_ago = utc_now() - ORPHANED_AFTER
    written = dict(storage.files())
    rows = session.execute(select(Attachment.id, Attachment.stored_at, Attachment.removed_at)).all()
    session.commit()  # as above
    old_files = {file_id for file_id, written_at in written.items() if written_at < some_time_ago}
    for file_id in old_files - {row.id for row in rows}:
        storage.delete(file_id)
        log.warning("attachment.orphan_deleted", id=str(file_id))
    for row in rows:
        is_kept = row.removed_at is None and row.stored_at and row.stored_at < some_time_ago
        if is_kept and row.id not in written:
            log.error("attachment.file_missing", id=str(row.id))
