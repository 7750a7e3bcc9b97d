"""What has still to be entered in the ledger."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class ErasureToEnter(Model):
    """A person who was erased, until the ledger has them. ``person_id`` is that of their draft."""

    __tablename__ = "erasures_to_enter"

    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
