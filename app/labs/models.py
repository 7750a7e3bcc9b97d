"""The labs' own tables, besides those of the backbone: sandboxes, consumers, incidents, effects.

They are in the schema `labs`, which their names leave out: `backbone` binds them to it.
"""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.platform.database import Base


class LabTable(DeclarativeBase):
    """A separate base, so that these tables are not among those that migrations compare with the
    models."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = Base.registry.type_annotation_map


def _sandbox(*, primary_key: bool = False, index: bool = False) -> Mapped[uuid.UUID]:
    """The column for the sandbox that a row belongs to, and is deleted with."""
    return mapped_column(
        ForeignKey("sandboxes.id", ondelete="CASCADE"), primary_key=primary_key, index=index
    )


class Sandbox(LabTable):
    """One visitor's turn at one lab, until ``ends_at``, which each look at it extends, at most to
    the end of the turn: an hour from ``opened_at``, or from ``extended_at`` if the visitor has
    asked for more. Everything recorded in it has its id as the correlation id. ``network`` is a
    keyed hash of the visitor's network, which does not reveal the address."""

    __tablename__ = "sandboxes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    lab: Mapped[str]
    network: Mapped[bytes | None]
    opened_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    faults: Mapped[list[str]]

    @property
    def trace(self) -> str:
        """The correlation id."""
        return self.id.hex


class Consumer(LabTable):
    """One consumer of a subscriber in a sandbox. A stopped one finishes what it has in hand; a
    killed one drops it, and is restarted at ``back_at``."""

    __tablename__ = "consumers"

    sandbox_id: Mapped[uuid.UUID] = _sandbox(primary_key=True)
    subscriber: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(server_default="running")
    back_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('running', 'stopped', 'killed')", name="state_known"),
        CheckConstraint("(state = 'killed') = (back_at IS NOT NULL)", name="killed_comes_back"),
    )


class Incident(LabTable):
    """Something that happened to a consumer or a delivery, for the visitor to read."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sandbox_id: Mapped[uuid.UUID] = _sandbox(index=True)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    kind: Mapped[str]
    subscriber: Mapped[str]


class Effect(LabTable):
    """What a lab's handler wrote: a ledger entry, a mail, a charge. Nothing here is unique, so that
    an event handled twice would show. ``amount`` is in pieces or cents."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    sandbox_id: Mapped[uuid.UUID] = _sandbox(index=True)
    kind: Mapped[str]
    subject: Mapped[str]
    amount: Mapped[int] = mapped_column(server_default="0")
