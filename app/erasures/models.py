"""The erasures that are not in the ledger yet."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model


class ErasureToEnter(Model):
    """A person who was erased, until they are in the ledger. ``person_id`` is their draft's id."""

    __tablename__ = "erasures_to_enter"

    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    erased_at: Mapped[datetime]
