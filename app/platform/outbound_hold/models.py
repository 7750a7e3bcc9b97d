"""The outbound hold, as a row."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class OutboundHold(Model):
    """While there is one, nothing leaves the site."""

    __tablename__ = "outbound_holds"

    since: Mapped[datetime] = mapped_column(server_default=text("now()"), primary_key=True)
