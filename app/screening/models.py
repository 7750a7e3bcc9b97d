"""Where submissions came from, for as long as they are counted by it."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class SubmissionOrigin(Model):
    """One submission came from this origin, which tells nobody the address that it stands for
    (`origins`). No row leads to the application."""

    __tablename__ = "submission_origins"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    origin: Mapped[bytes]
    submitted_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (Index("ix_submission_origins_counted", "origin", "submitted_at"),)
