"""How many deliveries each subscriber has done since the beginning, and how many tries failed.

Counting them all would take longer every day, so what has ended is added to totals every minute.
"""

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

TRIES_KEPT_DAYS = 90
ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('events.count'))")

SINCE = """
SELECT subscriber, count(*) AS done, 0 AS failed FROM deliveries, reach
WHERE done_at > after AND done_at <= until GROUP BY subscriber
UNION ALL
SELECT subscriber, 0, count(*) FROM delivery_tries t JOIN deliveries d ON d.id = delivery_id, reach
WHERE ended_at > after AND ended_at <= until GROUP BY subscriber
"""
COUNTED = "SELECT coalesce(max(counted_until), '-infinity') AS after FROM delivery_totals"

# A row is committed at most 30 s after the time it gives as its end: no transaction may stand idle
# for longer. So all that ended more than a minute ago is visible, and is counted.
ADD_TO_TOTALS = text(f"""
WITH reach AS (SELECT after, now() - interval '1 minute' AS until FROM ({COUNTED}) AS counted)
INSERT INTO delivery_totals AS t (subscriber, done, failed, counted_until)
SELECT subscriber, sum(done), sum(failed), (SELECT until FROM reach) FROM ({SINCE}) AS since
GROUP BY subscriber
ON CONFLICT (subscriber) DO UPDATE SET done = t.done + excluded.done,
    failed = t.failed + excluded.failed, counted_until = excluded.counted_until
""")  # noqa: S608 - put together from the constants above

TOTALS = text(f"""
WITH reach AS (SELECT after, CAST('infinity' AS timestamptz) AS until FROM ({COUNTED}) AS counted)
SELECT subscriber, sum(done)::bigint AS done, sum(failed)::bigint AS failed
FROM (SELECT subscriber, done, failed FROM delivery_totals UNION ALL {SINCE}) AS all_of_it
GROUP BY subscriber
""")  # noqa: S608 - as above

PRUNE = text("""
DELETE FROM delivery_tries
WHERE ended_at < now() - make_interval(days => :days)
  AND ended_at <= (SELECT max(counted_until) FROM delivery_totals)
""")


class Totals(msgspec.Struct, frozen=True):
    """Counts since the beginning; a dead letter that was replayed adds to both."""

    done: int = 0
    failed: int = 0

    @property
    def tries(self) -> int:
        return self.done + self.failed


def add_to_totals(session: Session) -> None:
    """Add what ended up to a minute ago, unless another process is doing so."""
    if session.scalar(ALONE):
        session.execute(ADD_TO_TOTALS)


def delivery_totals(session: Session) -> dict[str, Totals]:
    """The exact totals now, by subscriber."""
    return {row.subscriber: Totals(row.done, row.failed) for row in session.execute(TOTALS)}


def prune_tries(session: Session) -> None:
    """Delete failed tries after TRIES_KEPT_DAYS; the totals still count them."""
    session.execute(PRUNE, {"days": TRIES_KEPT_DAYS})
