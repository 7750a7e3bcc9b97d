"""Whether what would leave the site is held back."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class OutboundHold(Model):
    """While there is one, nothing leaves."""

    __tablename__ = "outbound_holds"

    since: Mapped[datetime] = mapped_column(server_default=text("now()"), primary_key=True)
