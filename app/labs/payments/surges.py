"""A surge of payments: all requested at the same time, and measured."""

import random
from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.types import stream_of
from app.labs.controls import count_consumers
from app.labs.models import Sandbox
from app.labs.payments.events import PaymentRequested, SurgeStarted
from app.labs.sandboxes import record_in
from app.platform.database import new_id

# Order holds within an account; the accounts proceed in parallel.
ACCOUNTS = 20

MEASURE = text("""
SELECT CAST(s.data ->> 'payments' AS int) AS payments,
    CAST(s.data ->> 'consumers' AS int) AS consumers,
    coalesce(extract(epoch FROM max(d.done_at) - s.recorded_at), 0)::float8 AS seconds
FROM events s
JOIN events p ON p.metadata ->> 'correlation_id' = :trace
    AND p.metadata ->> 'causation_id' = CAST(s.id AS text)
LEFT JOIN deliveries d ON d.event_position = p.position
WHERE s.metadata ->> 'correlation_id' = :trace AND s.type = :type
GROUP BY s.position ORDER BY s.position
""")


class Surge(msgspec.Struct, frozen=True):
    """A surge: the number of payments, the ``consumers`` of each step when it began, and the
    seconds from then to the latest delivery that is done."""

    payments: int
    consumers: int
    seconds: float


def start_surge(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    """Request that many payments at the same time, spread over the accounts."""
    count = int(chosen[0])
    started = SurgeStarted(payments=count, consumers=count_consumers(session, sandbox))
    [surge] = record_in(session, sandbox, {stream_of("surge", new_id()): [started]})
    accounts = {
        stream_of("account", new_id()): [
            PaymentRequested(payment=str(new_id()), amount_cents=random.randrange(1_00, 900_00))
            for _ in range(start, count, ACCOUNTS)
        ]
        for start in range(ACCOUNTS)
    }
    record_in(session, sandbox, accounts, cause=surge)


def measure_surges(session: Session, sandbox_id: UUID) -> Sequence[Surge]:
    """The sandbox's surges, oldest first."""
    values = {"trace": sandbox_id.hex, "type": SurgeStarted.type}
    rows = session.execute(MEASURE, values)
    return [Surge(row.payments, row.consumers, row.seconds) for row in rows]
