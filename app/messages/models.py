"""Which messages were taken, so that none is taken twice. Their words are in the log alone."""

import uuid
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class TakenMessage(Model):
    """A message that was taken. Its id follows from the application, the page that it was typed on
    and its words: a second press has the same, another message from that page another one. Without
    the page's own id, which is kept nowhere, it tells nothing of the words.

    It is a few bytes, and is kept: a browser may bring a page back after any time, and send what
    was typed on it again. ``taken_at`` is for people; the site does not read it.
    """

    __tablename__ = "taken_messages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
