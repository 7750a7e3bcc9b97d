"""How far each bridge has come along the log."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.events.log import Place
from app.platform.database import Model


class Bridge(Model):
    """One bridge. ``horizon`` and ``position`` are its place in the log (see `log`): up to there
    the other side has confirmed everything except the ``passed_over``, which it can't take.
    ``failures`` counts the tries since the last success."""

    __tablename__ = "bridges"

    name: Mapped[str] = mapped_column(primary_key=True)
    horizon: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    passed_over: Mapped[int] = mapped_column(server_default="0")
    last_passed_over: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint("(failures > 0) = (last_error IS NOT NULL)", name="failing_has_its_error"),
        CheckConstraint(
            "(passed_over > 0) = (last_passed_over IS NOT NULL)", name="passed_over_is_told"
        ),
    )

    @property
    def place(self) -> Place:
        return Place(self.horizon, self.position)
