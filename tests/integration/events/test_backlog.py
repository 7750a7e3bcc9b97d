"""A long backlog costs a single delivery nothing, whatever the planner knows of the table."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.events.delivery.claims import CLAIM, DONE
from app.events.delivery.handling import TAKE_NEXT
from app.events.types import RecordedEvent
from local.postgres import Postgres
from tests.integration.events.conftest import PERSON, Flow, new_stream
from tests.settled import wait_until_settled

AsOwner = Callable[[str], None]

Statement = tuple[TextClause, Callable[[int, str], dict[str, Any]]]
SOME, MANY = 20, 400
STATEMENTS: dict[str, Statement] = {
    "claim": (CLAIM, lambda delivery, _: {"ids": [delivery], "lease": 1}),
    "mark as done": (DONE, lambda delivery, _: {"id": delivery, "claim": 0, "person": PERSON}),
    "wake the next": (
        TAKE_NEXT,
        lambda _, stream: {
            "subscribers": ["made_up.ignore"],
            "streams": [stream],
            "versions": [0],
        },
    ),
}


def ignore(session: Session, recorded: RecordedEvent) -> None:
    """A subscriber that has nothing to do."""


@pytest.fixture
def unwatched(session: Session, postgres: Postgres, as_owner: AsOwner) -> Iterator[None]:
    """Keep autovacuum from updating the table's statistics during the test, and clear away what
    earlier tests left in its file."""
    wait_until_settled()
    with psycopg.connect(postgres.url_of("site"), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '10s'")
        connection.execute("VACUUM FULL events, deliveries")
    as_owner("ALTER TABLE deliveries SET (autovacuum_enabled = off)")
    yield
    session.rollback()
    as_owner("ALTER TABLE deliveries RESET (autovacuum_enabled)")


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_about_one_delivery_reads_no_other_delivery(
    session: Session,
    as_owner: AsOwner,
    flow_to: Callable[..., Flow],
    record_event: Callable[..., RecordedEvent],
    name: str,
) -> None:
    flow = flow_to(ignore)
    statement, values = STATEMENTS[name]

    def pages_read(waiting: int) -> int:
        streams = [new_stream() for _ in range(waiting)]
        for stream in streams:
            record_event(stream)
        delivery = flow.relay()[-1]
        explained = text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}")
        plan = session.scalar(explained, values(delivery, streams[-1]))[0]["Plan"]
        session.rollback()
        return int(plan["Shared Hit Blocks"])

    # The usual state: everything is done, and the statistics say so.
    record_event()
    flow.deliver_all(flow.relay())
    as_owner("ANALYZE deliveries")
    few = pages_read(SOME)
    # A deeper index costs a page or two; reading the others would cost a page for each.
    assert pages_read(MANY) < few + (MANY - SOME) / 4
