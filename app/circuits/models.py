"""The state of each circuit, shared by all processes."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class CircuitRecord(Model):
    """The circuit of one service; it has a row from its first failure on. ``last_error`` is the
    kind of the last failure, or the cause that a bridge's broker gave. The other columns are those
    of `breaker.Circuit`."""

    __tablename__ = "circuits"

    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="closed")
    failures: Mapped[int] = mapped_column(server_default="0")
    generation: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime | None]
    next_probe_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("state IN ('closed', 'open', 'half_open')", name="state_known"),
        CheckConstraint("(state = 'closed') = (opened_at IS NULL)", name="open_has_its_time"),
        CheckConstraint("(state = 'closed') = (next_probe_at IS NULL)", name="open_has_its_probe"),
    )
