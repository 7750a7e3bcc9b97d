"""An application's stored score, with the version of the rubric that gave it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class ScoreRecord(Model):
    """One application's score. ``result`` is the whole `Score` as JSON, reasons included."""

    __tablename__ = "scores"

    application_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("applications.id"), primary_key=True
    )
    total: Mapped[int]
    band: Mapped[str]
    recommended_kind: Mapped[str]
    rubric_version: Mapped[str]
    result: Mapped[dict[str, Any]]
    scored_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (CheckConstraint("total BETWEEN 0 AND 100", name="total_in_range"),)
