"""Where submissions came from, kept only for as long as it is counted."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class SubmissionOrigin(Model):
    """One submission from this origin, a keyed hash that does not reveal the address (`origins`).
    Nothing links a row to its application."""

    __tablename__ = "submission_origins"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    origin: Mapped[bytes]
    submitted_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (Index("ix_submission_origins_counted", "origin", "submitted_at"),)
