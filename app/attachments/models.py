"""The files of a draft, and so of the application that it becomes."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class Attachment(Model):
    """One file. reserved (the row is committed before the file is stored) → stored → removed; the
    row is deleted once storage has deleted the file. The id is fully random, because it is the
    file's key in storage and part of its address. Deleting a draft sets its files' ``draft_id`` to
    NULL, and the sweep then removes them."""

    __tablename__ = "attachments"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    draft_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("drafts.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str]
    kind: Mapped[str]
    size_bytes: Mapped[int]
    reserved_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    stored_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_attachments_unfinished",
            "reserved_at",
            postgresql_where=text(
                "stored_at IS NULL OR removed_at IS NOT NULL OR draft_id IS NULL"
            ),
        ),
        CheckConstraint("kind IN ('pdf', 'png')", name="kind_known"),
        CheckConstraint("size_bytes > 0", name="holds_something"),
        CheckConstraint("removed_at IS NULL OR name = ''", name="removed_has_no_name"),
    )
