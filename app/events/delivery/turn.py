"""Whose turn it is: the one condition of order, for every statement that hands out deliveries."""

# For a statement that calls the row with its subscriber, stream and version ``candidate``. OFFSET 0
# keeps the subquery on the stream a lookup: most deliveries are done, so Postgres believes the
# index on the others to be nearly empty, and would rather make it a join.
IN_TURN = """NOT EXISTS (
    SELECT FROM paused_subscribers p WHERE p.subscriber = candidate.subscriber
) AND NOT EXISTS (
    SELECT FROM deliveries earlier
    WHERE earlier.subscriber = candidate.subscriber AND earlier.stream = candidate.stream
      AND earlier.stream_version < candidate.stream_version AND earlier.status <> 'done'
    OFFSET 0
)"""
