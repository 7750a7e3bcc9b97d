"""How soon an event is relayed, and its handler started, while events come at a steady rate.

The load is open: each event has a scheduled time from which its lag counts, so that what a slow
moment delays is counted too.
"""

import time
from typing import NamedTuple

from sqlalchemy import text

from app.platform.database import db
from benchmarks.backbone import Backbone
from benchmarks.turns import percentiles
from tests.site import eventually

LOW = 10.0
WARM_UP = 20
PATIENCE = 120.0

TIMES = text("""
SELECT started.position, relayed_at, started.at
FROM started JOIN events USING (position) WHERE position = ANY(:positions)
""")
STARTED = text("SELECT count(*) FROM started WHERE position = ANY(:positions)")


class Lags(NamedTuple):
    """Seconds for each event, from when it was due, and from its commit."""

    due_to_relayed: list[float]
    due_to_started: list[float]
    committed_to_started: list[float]


def measure_lags(backbone: Backbone, rate: float, count: int) -> Lags:
    """Record ``count`` events, ``rate`` per second, while relay and worker run."""
    with backbone.running("relay", "worker", subscribers="noting"):
        record_steadily(backbone, LOW, WARM_UP)
        moments = record_steadily(backbone, rate, count)
        session = db.session()
        positions = list(moments)
        rows = session.execute(TIMES, {"positions": positions}).all()
        session.rollback()
    return Lags(
        [row.relayed_at.timestamp() - moments[row.position][0] for row in rows],
        [row.at.timestamp() - moments[row.position][0] for row in rows],
        [row.at.timestamp() - moments[row.position][1] for row in rows],
    )


def record_steadily(backbone: Backbone, rate: float, count: int) -> dict[int, tuple[float, float]]:
    """Record the events and wait until their handlers have started. Return, by position, when each
    was due and when it was committed."""
    session = db.session()
    moments = {}
    first = time.time()
    for number in range(count):
        due = first + number / rate
        time.sleep(max(0.0, due - time.time()))
        recorded = backbone.record()
        moments[recorded.position] = (due, time.time())

    def all_started() -> bool:
        started = session.scalar(STARTED, {"positions": list(moments)})
        session.rollback()
        return started == count

    eventually(all_started, PATIENCE)
    return moments


def print_lags(rates: dict[float, Lags]) -> None:
    print(
        "| events a second | relayed, p50, ms | p99 | handler started, p50, ms | p99"
        " | from the commit, p50, ms | p99 |"
    )
    print(f"| ---: |{' ---: |' * 6}")
    for rate, lags in rates.items():
        figures = [figure * 1e3 for lag in lags for figure in percentiles(lag)]
        print(f"| {rate:,.0f} | {' | '.join(f'{figure:,.1f}' for figure in figures)} |")
    print(flush=True)
