"""Which messages were taken, so that none is taken twice. Their text is only in the log."""

import uuid
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class TakenMessage(Model):
    """A message that was taken. Its id is derived from the application, the page that it was typed
    on, and its text: a second press has the same id, another message from that page another one.
    The page's id is stored nowhere, and without it the id reveals nothing about the text.

    The rows are small and are kept for good, because a browser may restore a page after any time
    and send its text again. ``taken_at`` is for people; the site does not read it.
    """

    __tablename__ = "taken_messages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
