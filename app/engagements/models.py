"""An engagement from proposal to work."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.engagements.pricing import Quote
from app.platform.database import Model, new_id

BINDING = ("accepted", "active")


class Engagement(Model):
    """One application's engagement. Money is in cents of ``currency``; ``quote`` is the whole
    `Quote` as JSON. proposed (by the rubric) → offered (by a reviewer, who may change the terms) →
    accepted (by the client, who typed a name) → active (the deposit is paid). It is closed if the
    application is declined, withdrawn or erased, or its offer taken back, before it is accepted.
    ``version`` names the terms that a client was shown."""

    __tablename__ = "engagements"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applications.id"), unique=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="proposed", default="proposed")
    currency: Mapped[str]
    total_cents: Mapped[int]
    deposit_cents: Mapped[int]
    quote: Mapped[dict[str, Any]]
    accepted_name: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint("kind IN ('sprint', 'build', 'fractional')", name="kind_known"),
        CheckConstraint(
            "status IN ('proposed', 'offered', 'accepted', 'active', 'closed')", name="status_known"
        ),
        CheckConstraint("total_cents > 0", name="total_positive"),
        CheckConstraint("deposit_cents BETWEEN 0 AND total_cents", name="deposit_within_total"),
        CheckConstraint(
            "(status IN ('accepted', 'active')) = (accepted_at IS NOT NULL)"
            " AND (accepted_at IS NULL) = (accepted_name IS NULL)",
            name="accepted_has_name_and_time",
        ),
    )

    @property
    def is_binding(self) -> bool:
        """Whether it is a contract: its records must be kept, and its deposit is due or paid."""
        return self.status in BINDING

    @property
    def priced(self) -> Quote:
        """The quote with its price lines."""
        return msgspec.convert(self.quote, Quote)
