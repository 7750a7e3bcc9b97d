"""The queue and its figures as a projection: verified against the log, and rebuilt from it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, Row, text

from app.events.delivery.lag import unhandled_events
from app.events.projections.projection import Difference, snapshot
from app.review.queue.rebuild import rebuild_queue
from app.review.queue.table import COLUMNS, FIGURES, MADE, applications_of
from app.review.subscribers import list_application

PERSONAL = ("name", "company", "search_text")

ROWS = text(f"""
SELECT application_id AS key, to_jsonb(q) AS found, to_jsonb(m) AS expected
FROM ({MADE}) AS m FULL JOIN queue_rows AS q USING (application_id)
WHERE to_jsonb(q) IS DISTINCT FROM to_jsonb(m)
""")  # noqa: S608 - a part of our own
SUMS = text(f"""
SELECT name, key, coalesce(q.amount, 0) AS found, coalesce(m.amount, 0) AS expected
FROM (
    SELECT f.name, f.key, sum(f.amount) AS amount FROM queue_rows r CROSS JOIN {FIGURES}
    WHERE f.key IS NOT NULL AND f.amount IS NOT NULL GROUP BY f.name, f.key
) AS m FULL JOIN queue_figures AS q USING (name, key)
WHERE coalesce(q.amount, 0) <> coalesce(m.amount, 0)
""")  # noqa: S608 - as above


class QueueProjection:
    """The tables that `list_application` maintains. A row may lag behind the log, but only by
    events that the subscriber has not handled yet; the figures always match the rows."""

    def verify(self, engine: Engine) -> Iterator[Difference]:
        with snapshot(engine) as connection:
            unhandled = unhandled_events(connection, list_application)
            behind = set(applications_of(unhandled))
            for row in connection.execute(ROWS, execution_options={"yield_per": 500}):
                if row.key not in behind:
                    yield from _compare(row)
            for row in connection.execute(SUMS):
                yield Difference(
                    "queue_figures",
                    f"{row.name}/{row.key}",
                    "amount",
                    found=row.found,
                    expected=int(row.expected),
                )

    def rebuild(self, engine: Engine) -> Iterator[Difference]:
        yield from self.verify(engine)
        rebuild_queue(engine)


def _compare(row: Row[Any]) -> Iterator[Difference]:
    key = str(row.key)
    if row.found is None or row.expected is None:
        problem = "is missing" if row.found is None else "is of no application"
        yield Difference("queue_rows", key, problem=problem)
        return
    for column in COLUMNS:
        found, expected = row.found[column], row.expected[column]
        if found == expected:
            continue
        if column in PERSONAL:
            yield Difference("queue_rows", key, column, problem="differs from what the log says")
        else:
            yield Difference("queue_rows", key, column, found=found, expected=expected)
