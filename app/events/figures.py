"""Figures of the flow: what waits, what fails, how old the oldest is."""

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.subscription import current_subscriptions


class SubscriberFigures(msgspec.Struct, frozen=True):
    """One subscriber's unfinished deliveries; ``retrying`` is the part of ``waiting`` that failed
    before; ``oldest_seconds`` the age of the oldest event among them."""

    name: str
    waiting: int = 0
    retrying: int = 0
    dead: int = 0
    oldest_seconds: float = 0.0


class FlowFigures(msgspec.Struct, frozen=True):
    last_position: int
    unrelayed: int
    subscribers: list[SubscriberFigures]

    @property
    def dead(self) -> int:
        return sum(row.dead for row in self.subscribers)

    @property
    def waiting(self) -> int:
        return sum(row.waiting for row in self.subscribers)


UNFINISHED = text("""
SELECT d.subscriber AS name,
       count(*) FILTER (WHERE d.status = 'waiting') AS waiting,
       count(*) FILTER (WHERE d.status = 'waiting' AND d.attempts > 0) AS retrying,
       count(*) FILTER (WHERE d.status = 'dead') AS dead,
       extract(epoch FROM now() - min(e.recorded_at))::float8 AS oldest_seconds
FROM deliveries d JOIN events e ON e.position = d.event_position
WHERE d.status <> 'done'
GROUP BY d.subscriber
""")
LOG = text("""
SELECT (SELECT coalesce(max(position), 0) FROM events) AS last_position,
       (SELECT count(*) FROM events WHERE relayed_at IS NULL) AS unrelayed
""")


def flow_figures(session: Session) -> FlowFigures:
    """The state of the whole flow now; every subscriber of the table has a row."""
    rows = {row["name"]: SubscriberFigures(**row) for row in session.execute(UNFINISHED).mappings()}
    names = sorted({*current_subscriptions().names(), *rows})
    log = session.execute(LOG).one()
    return FlowFigures(
        last_position=log.last_position,
        unrelayed=log.unrelayed,
        subscribers=[rows.get(name, SubscriberFigures(name)) for name in names],
    )
