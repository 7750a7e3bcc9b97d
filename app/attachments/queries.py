"""What other domains may ask about attachments."""

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.attachments.models import Attachment


def attachments_of(session: Session, draft_id: uuid.UUID) -> Sequence[Attachment]:
    """The files of a draft, and so of its application, in the order they were added."""
    return session.scalars(_stored(draft_id).order_by(Attachment.reserved_at)).all()


def find_attachment(
    session: Session, draft_id: uuid.UUID, attachment_id: uuid.UUID
) -> Attachment | None:
    """The file, or None if that draft has no such file."""
    return session.scalar(_stored(draft_id).where(Attachment.id == attachment_id))


def _stored(draft_id: uuid.UUID) -> Select[Attachment]:
    return select(Attachment).where(
        Attachment.draft_id == draft_id,
        Attachment.stored_at.is_not(None),
        Attachment.removed_at.is_(None),
    )
