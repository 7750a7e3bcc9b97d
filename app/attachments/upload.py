"""An upload, from the request's temporary file to storage.

The row is committed before the file is written and confirmed afterwards: a process that dies in
between leaves a row that says what to clean up, and no lock is held while storage is slow.
"""

import os
import uuid
from typing import BinaryIO

import structlog
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.applications.drafts.service import DraftSealed
from app.attachments.naming import shown_name
from app.attachments.service import (
    NoSuchAttachment,
    confirm_attachment,
    give_up,
    reserve_attachment,
)
from app.attachments.sniffing import NotAccepted, sniff
from app.platform.storage.protocol import Storage, StorageUnavailable

MOST_BYTES = 10 * 1024 * 1024
EMPTY = lazy_gettext("This file is empty. Choose another one.")
TOO_LARGE = lazy_gettext(
    "This file is larger than 10 MB. Make it smaller, or leave out what we don’t need to see."
)
log = structlog.get_logger()


def take_file(
    session: Session, storage: Storage, draft_id: uuid.UUID, file: BinaryIO, typed_name: str
) -> None:
    """Check a file, store it, and add it to the draft. Commits twice.

    Raises NotAccepted, TooManyFiles, StorageUnavailable, and DraftSealed or NoSuchAttachment if the
    draft was sent, deleted or erased in the meantime. The file is then never shown, and soon
    deleted.
    """
    size = file.seek(0, os.SEEK_END)
    if not size:
        raise NotAccepted(EMPTY)
    if size > MOST_BYTES:
        raise NotAccepted(TOO_LARGE)
    kind = sniff(file)
    name = shown_name(typed_name, kind)
    attachment_id = reserve_attachment(session, draft_id, name=name, kind=kind, size_bytes=size)
    session.commit()
    try:
        storage.put(attachment_id, file)
        confirm_attachment(session, draft_id, attachment_id)
    except (StorageUnavailable, DraftSealed, NoSuchAttachment) as error:
        reason = str(error) if isinstance(error, StorageUnavailable) else type(error).__name__
        log.warning("attachment.not_stored", id=str(attachment_id), error=reason)
        session.rollback()
        give_up(session, attachment_id)
        session.commit()
        raise
    session.commit()
