"""Claims: which worker has a delivery in hand, and until when.

A claim counts the try before the handler runs, so a handler that takes its process down has used up
a try. The claim is a lease: until ``not_before`` nobody else may claim the delivery, and `leases`
moves that time on while the handler works. Its number is a fencing token: every write to the
delivery checks it, so a worker that slept through its lease changes nothing.
"""

import uuid
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session

from app.events.delivery.turn import IN_TURN
from app.events.rows import EVENT_COLUMNS


class Claim(msgspec.Struct, frozen=True):
    """A delivery in hand. ``attempts`` includes this try, ``event`` is its event's row, and
    ``person`` is the one whose key opens it, if any."""

    delivery_id: int
    number: int
    subscriber: str
    attempts: int
    event: Row
    person: uuid.UUID | None


# A claim's commit need not wait for the disk: if a crash of the server undoes the claim, nothing is
# lost. SKIP LOCKED and the lease keep others out.
#
# Here and below: most deliveries are done, so Postgres believes the partial indexes on the others
# to be nearly empty, and would rather scan one of them than look up a delivery by its id. So a
# statement that looks up by id leaves `status` alone until the row is locked, and tests `done_at`
# instead, which is in no partial index's condition. A statement that compares the claim's number
# also excludes dead deliveries: their number has moved on.
CLAIM = text(f"""
WITH locked AS MATERIALIZED (
    SELECT id, status, not_before, subscriber, stream, stream_version FROM deliveries
    WHERE id = ANY(:ids) AND done_at IS NULL
    FOR UPDATE SKIP LOCKED
), chosen AS (
    SELECT id FROM locked AS candidate
    WHERE status = 'waiting' AND not_before <= clock_timestamp() AND {IN_TURN}
), claimed AS (
    UPDATE deliveries d
    SET attempts = attempts + 1, claim = claim + 1, claimed_at = clock_timestamp(), sent_at = NULL,
        not_before = clock_timestamp() + make_interval(secs => :lease)
    FROM chosen WHERE d.id = chosen.id
    RETURNING d.id AS delivery_id, d.claim, d.subscriber, d.attempts, d.event_position
)
SELECT {EVENT_COLUMNS}, e.person_id, delivery_id, claim, subscriber, attempts,
    set_config('synchronous_commit', 'off', true)
FROM claimed JOIN events e ON e.position = event_position
LEFT JOIN person_keys k ON k.person_id = e.person_id
ORDER BY delivery_id
""")  # noqa: S608 - put together from constants

GIVE_BACK = text("""
UPDATE deliveries SET attempts = attempts - 1, claim = claim + 1,
    not_before = now() + make_interval(secs => :delay)
FROM unnest(CAST(:ids AS bigint[]), CAST(:claims AS integer[])) AS held (id, number)
WHERE deliveries.id = held.id AND claim = held.number AND done_at IS NULL
""")

# An event about a person can be done only while the key that opened it still exists. The lock makes
# an erasure wait for the end of the transaction, so it also erases what the handler wrote.
DONE = text("""
WITH stands AS MATERIALIZED (
    SELECT FROM person_keys WHERE person_id = :person AND key IS NOT NULL FOR SHARE
)
UPDATE deliveries SET status = 'done', done_at = clock_timestamp()
WHERE id = :id AND claim = :claim AND done_at IS NULL
  AND (CAST(:person AS uuid) IS NULL OR EXISTS (SELECT FROM stands))
RETURNING id
""")
REREAD = text(f"""
SELECT {EVENT_COLUMNS}, e.person_id FROM events e LEFT JOIN person_keys k USING (person_id)
WHERE e.id = :id
""")  # noqa: S608 - the columns are a constant

# The number moves on, so that the keeper can't mistake the wait for a lease and extend it.
FAILED = text("""
WITH failed AS (
    UPDATE deliveries
    SET last_error = :error, claim = claim + 1, attempts = least(attempts, :most),
        not_before = clock_timestamp() + make_interval(secs => :delay),
        status = CASE WHEN attempts >= :most THEN 'dead' ELSE 'waiting' END
    WHERE id = :id AND claim = :claim AND done_at IS NULL
    RETURNING id, status, attempts, claimed_at
), noted AS (
    INSERT INTO delivery_tries (delivery_id, number, claimed_at, ended_at, error)
    SELECT id, attempts, claimed_at, clock_timestamp(), :error FROM failed
)
SELECT status, attempts FROM failed
""")


def claim_deliveries(
    connection: Connection, delivery_ids: Sequence[int], lease: float
) -> list[Claim]:
    """Claim, for ``lease`` seconds, those deliveries that are due, free and first in their stream.
    The connection has to be in autocommit mode."""
    rows = connection.execute(CLAIM, {"ids": list(delivery_ids), "lease": lease})
    return [
        Claim(row.delivery_id, row.claim, row.subscriber, row.attempts, row, _person_of(row))
        for row in rows
    ]


def mark_done(session: Session, claim: Claim) -> bool:
    """Mark the delivery done in the session's transaction; False if the claim is void or its person
    was erased since. If True, they can't be erased before the transaction ends."""
    values = {"id": claim.delivery_id, "claim": claim.number, "person": claim.person}
    return session.execute(DONE, values).one_or_none() is not None


def reread(session: Session, claim: Claim) -> Claim:
    """The claim, with its event as it reads now."""
    row = session.execute(REREAD, {"id": claim.event.id}).one()
    return msgspec.structs.replace(claim, event=row, person=_person_of(row))


def mark_failed(
    session: Session, claim: Claim, *, error: str, delay: float, most: int
) -> Row | None:
    """Note the failed try in the session's transaction. The next is due in ``delay`` seconds; after
    ``most`` tries there is none. Returns the new status and attempts; None if the claim is void."""
    return session.execute(
        FAILED,
        {
            "id": claim.delivery_id,
            "claim": claim.number,
            "error": error,
            "delay": delay,
            "most": most,
        },
    ).one_or_none()


def give_back(connection: Connection, claims: Sequence[Claim], delay: float = 0) -> None:
    """Release the claims for others to take after ``delay`` seconds; the try does not count."""
    ids, numbers = [claim.delivery_id for claim in claims], [claim.number for claim in claims]
    connection.execute(GIVE_BACK, {"ids": ids, "claims": numbers, "delay": delay})


def _person_of(row: Row) -> uuid.UUID | None:
    return row.person_id if row.key else None
