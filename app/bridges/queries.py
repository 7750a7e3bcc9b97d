"""What staff and Prometheus may ask about bridges."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bridges.addresses import current_bridges
from app.bridges.guarded import circuit_of
from app.circuits.queries import is_refusing
from app.events.log import lag_behind


class BridgeFigures(msgspec.Struct, frozen=True):
    """Where a bridge stands. ``position`` is that of the last event it is done with, ``lag`` the
    number of events after it (at most 100,000), ``oldest_seconds`` the age of the first of these.
    ``failures`` and ``last_error`` are about the tries since the last success; ``away_since`` is
    when its circuit opened because of them."""

    name: str
    position: int = 0
    lag: int = 0
    oldest_seconds: float = 0.0
    failures: int = 0
    last_error: str | None = None
    passed_over: int = 0
    last_passed_over: str | None = None
    sent_at: datetime | None = None
    paused_at: datetime | None = None
    away_since: datetime | None = None

    @property
    def is_well(self) -> bool:
        return not self.failures and self.paused_at is None


FIGURES = text(f"""
SELECT name, position, failures, last_error, passed_over, last_passed_over, sent_at, paused_at,
       lag, coalesce(extract(epoch FROM now() - recorded_at), 0)::float8 AS oldest_seconds,
       (SELECT opened_at FROM circuits WHERE circuits.name = circuit) AS away_since
FROM unnest(CAST(:names AS text[]), CAST(:circuits AS text[])) AS configured (name, circuit)
JOIN bridges USING (name) {lag_behind("bridges")}
""")  # noqa: S608 - a part of our own
DUE = text("""
SELECT name FROM bridges
WHERE name = ANY(:names) AND paused_at IS NULL AND EXISTS (
    SELECT FROM events
    WHERE (events.horizon, events.position) > (bridges.horizon, bridges.position)
)
UNION
SELECT name FROM unnest(CAST(:names AS text[])) AS configured (name)
WHERE name NOT IN (SELECT name FROM bridges)
""")


def bridge_figures(session: Session) -> list[BridgeFigures]:
    """Every bridge of EVENT_BRIDGES, in its order; one that no worker has opened yet is empty."""
    names = list(current_bridges())
    circuits = [circuit_of(name) for name in names]
    rows = session.execute(FIGURES, {"names": names, "circuits": circuits}).mappings()
    found = {row["name"]: BridgeFigures(**row) for row in rows}
    return [found.get(name, BridgeFigures(name)) for name in names]


def due_bridges(session: Session) -> Sequence[str]:
    """The names of the bridges that have something to send and may try, or were never opened."""
    due = session.scalars(DUE, {"names": list(current_bridges())}).all()
    return [name for name in due if not is_refusing(session, circuit_of(name))]
