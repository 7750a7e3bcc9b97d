"""Adding and removing a draft's files until it is sent, and marking leftover ones as removed."""

import uuid
from datetime import timedelta

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.applications.drafts.service import DraftSealed, note_files
from app.applications.models import Draft
from app.attachments.models import Attachment
from app.attachments.sniffing import Kind
from app.platform.database import utc_now

MOST_FILES = 5
# Storing takes seconds. A file that is still only reserved after this was abandoned.
GIVEN_UP_AFTER = timedelta(hours=1)


class TooManyFiles(Exception):
    """The draft already has the most files that it may have."""


class NoSuchAttachment(Exception):
    """The draft does not have such a file (any more), or was itself deleted."""


def reserve_attachment(
    session: Session, draft_id: uuid.UUID, *, name: str, kind: Kind, size_bytes: int
) -> uuid.UUID:
    """Reserve one of the draft's places for a file that is about to be stored; return its id.

    Raises DraftSealed, NoSuchAttachment and TooManyFiles; the limit also holds for concurrent
    calls.
    """
    _lock_open_draft(session, draft_id)
    taken = select(func.count()).where(
        Attachment.draft_id == draft_id, Attachment.removed_at.is_(None)
    )
    if session.scalars(taken).one() >= MOST_FILES:
        raise TooManyFiles(draft_id)
    attachment = Attachment(draft_id=draft_id, name=name, kind=kind, size_bytes=size_bytes)
    session.add(attachment)
    session.flush()
    return attachment.id


def confirm_attachment(session: Session, draft_id: uuid.UUID, attachment_id: uuid.UUID) -> None:
    """Note that the file is in storage, so that it is shown. Raises DraftSealed and
    NoSuchAttachment."""
    draft = _lock_open_draft(session, draft_id)
    _change(session, draft_id, attachment_id, stored_at=utc_now())
    note_files(draft)


def remove_attachment(session: Session, draft_id: uuid.UUID, attachment_id: uuid.UUID) -> None:
    """Remove a file from a draft. Raises DraftSealed and NoSuchAttachment."""
    draft = _lock_open_draft(session, draft_id)
    _change(session, draft_id, attachment_id, removed_at=utc_now(), name="")
    note_files(draft)


def give_up(session: Session, attachment_id: uuid.UUID) -> None:
    """Mark a reserved file as removed because it could not be stored, or came too late."""
    session.execute(
        update(Attachment)
        .where(Attachment.id == attachment_id, Attachment.stored_at.is_(None))
        .values(removed_at=utc_now(), name="")
    )


def remove_leftovers(session: Session) -> None:
    """Mark as removed what a process that died had reserved, and the files of deleted drafts."""
    session.execute(
        update(Attachment)
        .where(
            Attachment.removed_at.is_(None),
            or_(
                Attachment.draft_id.is_(None),
                and_(
                    Attachment.stored_at.is_(None),
                    Attachment.reserved_at < utc_now() - GIVEN_UP_AFTER,
                ),
            ),
        )
        .values(removed_at=utc_now(), name="")
    )


def mark_all_removed(session: Session, draft_id: uuid.UUID) -> None:
    """Mark every file of the draft as removed, whether it was sent or not."""
    session.execute(
        update(Attachment)
        .where(Attachment.draft_id == draft_id, Attachment.removed_at.is_(None))
        .values(removed_at=utc_now(), name="")
    )


def _lock_open_draft(session: Session, draft_id: uuid.UUID) -> Draft:
    draft = session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise NoSuchAttachment(draft_id)
    if draft.submitted_at:
        raise DraftSealed(draft_id)
    return draft


def _change(
    session: Session, draft_id: uuid.UUID, attachment_id: uuid.UUID, **values: object
) -> None:
    changed = session.scalars(
        update(Attachment)
        .where(
            Attachment.id == attachment_id,
            Attachment.draft_id == draft_id,
            Attachment.removed_at.is_(None),
        )
        .values(**values)
        .returning(Attachment.id)
    )
    if changed.one_or_none() is None:
        raise NoSuchAttachment(attachment_id)
