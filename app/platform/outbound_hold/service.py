"""Beginning and ending the outbound hold, and asking whether it is on."""

from datetime import datetime

import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.platform.outbound_hold.models import OutboundHold

HOLD = text("INSERT INTO outbound_holds SELECT WHERE NOT EXISTS (SELECT FROM outbound_holds)")
SECONDS = text("""
SELECT coalesce(extract(epoch FROM now() - min(since)), 0)::float8 FROM outbound_holds
""")
log = structlog.get_logger()


def hold_outbound(session: Session, *, actor: str) -> None:
    """Begin the hold; what is being sent already is not stopped."""
    session.execute(HOLD)
    log.warning("outbound.held", actor=actor)


def release_outbound(session: Session, *, actor: str) -> bool:
    """End the hold; False if there was none."""
    released = session.scalars(delete(OutboundHold).returning(OutboundHold.since)).all()
    if released:
        log.warning("outbound.released", actor=actor)
    return bool(released)


def outbound_held_since(session: Session) -> datetime | None:
    """None if nothing is held."""
    return session.scalar(select(func.min(OutboundHold.since)))


def is_outbound_held(session: Session) -> bool:
    return outbound_held_since(session) is not None


def seconds_outbound_held(session: Session) -> float:
    """0 if nothing is held."""
    return float(session.scalar(SECONDS) or 0)
