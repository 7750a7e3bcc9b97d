"""Pausing a bridge, and resuming it."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bridges.guarded import circuit_of
from app.circuits.guard import forget_circuit

PAUSE = text("UPDATE bridges SET paused_at = coalesce(paused_at, now()) WHERE name = :name")
RESUME = text("UPDATE bridges SET paused_at = NULL WHERE name = :name")


def pause_bridge(session: Session, name: str) -> None:
    """Pause the bridge after the batch that is on its way; its place is kept. Trouble with its
    broker is not reported until it resumes."""
    session.execute(PAUSE, {"name": name})
    forget_circuit(session, circuit_of(name))


def resume_bridge(session: Session, name: str) -> None:
    """Resume the bridge where it stopped."""
    session.execute(RESUME, {"name": name})
