"""What others may ask about circuits."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.circuits.models import CircuitRecord


def list_circuits(session: Session) -> Sequence[CircuitRecord]:
    """Every circuit in which a call has ever failed, by name."""
    return session.scalars(select(CircuitRecord).order_by(CircuitRecord.name)).all()


def is_refusing(session: Session, name: str) -> bool:
    """Whether a call would be refused now, so that work need not be begun in vain."""
    waits = select(CircuitRecord.next_probe_at > func.clock_timestamp()).filter_by(name=name)
    return bool(session.scalar(waits))
