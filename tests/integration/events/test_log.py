"""Following the log while others write it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.epochs import begin_epoch, has_moved
from app.events.integrity.checkpoints import bad_checkpoints, make_checkpoint
from app.events.log import START, Place, place_of, read_log
from app.events.rows import UnreadableEvent
from app.events.store import record
from app.platform.database import db
from local.postgres import Postgres
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import Record, new_stream, record_from_tomorrow
from tests.settled import wait_until_settled

Seen = list[tuple[str, int]]
SECRET = "a secret of the site, long enough"


@contextmanager
def writer() -> Iterator[Session]:
    """A separate transaction, which takes its id now."""
    with Session(db.engine) as session:
        session.execute(text("SELECT pg_current_xact_id()"))
        yield session


def write(session: Session, stream: str) -> None:
    record(session, stream, MoreProvided(message="hello"), actor="prospect", person=uuid.uuid4())


def follow(session: Session, after: Place, most: int = 100) -> tuple[Seen, Place]:
    """What a reader at ``after`` sees next, and its place after that."""
    wait_until_settled()
    events = read_log(session, after, most=most)
    session.rollback()
    seen = [(event.stream, event.version) for event in events]
    return seen, place_of(events[-1]) if events else after


def test_the_log_is_read_in_order_and_in_batches(session: Session, record_event: Record) -> None:
    written = [record_event() for _ in range(5)]
    first, place = follow(session, START, most=3)
    rest, _ = follow(session, place)
    assert first + rest == [(event.stream, 1) for event in written]


def test_a_reader_stops_before_an_event_that_only_a_newer_release_can_read(
    session: Session, record_event: Record
) -> None:
    readable = record_event()
    record_from_tomorrow(session)
    record_event()
    seen, place = follow(session, START)
    assert seen == [(readable.stream, 1)]
    with pytest.raises(UnreadableEvent, match=r"thing\.from_tomorrow in version 1"):
        follow(session, place)


def test_an_event_that_commits_late_is_not_skipped(session: Session) -> None:
    early, late = new_stream(), new_stream()
    with writer() as first, writer() as second:
        write(first, late)  # takes the lower position
        write(second, early)
        second.commit()
        seen, place = follow(session, START)
        assert seen == []  # nothing after an open transaction is settled
        first.commit()
    seen, _ = follow(session, place)
    assert sorted(seen) == sorted([(early, 1), (late, 1)])


def test_a_reader_that_goes_by_position_would_skip_it(session: Session) -> None:
    """The control: what the log's own order is for."""
    early, late = new_stream(), new_stream()
    after = text("SELECT stream, position FROM events WHERE position > :position")
    with writer() as first, writer() as second:
        write(first, late)
        write(second, early)
        second.commit()
        ((seen, last),) = session.execute(after, {"position": 0}).all()
        session.rollback()
        first.commit()
    assert seen == early
    assert session.execute(after, {"position": last}).all() == []


def test_a_stream_is_read_in_order_whichever_transaction_began_first(session: Session) -> None:
    stream = new_stream()
    with writer() as older, writer() as younger:
        write(younger, stream)
        younger.commit()
        write(older, stream)  # with the lower transaction id
        older.commit()
    seen, _ = follow(session, START)
    assert seen == [(stream, 1), (stream, 2)]


def test_a_log_restored_to_another_server_continues_there(
    app: Flask, session: Session, postgres: Postgres, record_event: Record
) -> None:
    before = record_event()
    with psycopg.connect(postgres.url_of("site")) as connection:
        # As on a server that has given out far fewer transaction ids.
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE events SET horizon = horizon + 1000000")
    seen, place = follow(session, START)
    assert seen == []
    waiting = app.test_client().get("/readyz")
    assert waiting.status_code == 503 and "moved" in waiting.text

    runner = app.test_cli_runner()
    assert "continues from here" in runner.invoke(args=["events", "restored"]).output
    seen, place = follow(session, START)
    assert seen == [(before.stream, 1)]
    after = record_event()
    assert follow(session, place)[0] == [(after.stream, 1)]
    assert "where it was" in runner.invoke(args=["events", "restored"]).output


def test_what_is_recorded_after_a_restore_is_not_counted_to_a_checkpoint_from_before(
    session: Session, tamper: Tamper, record_event: Record
) -> None:
    """A checkpoint reaches as far as the transactions, and on a quiet night, with only the canary
    going round, these are far beyond the last event."""

    def sign() -> int:
        made = make_checkpoint(session, SECRET)
        session.commit()
        return made.events if made else 0

    tamper("ALTER TABLE checkpoints ALTER COLUMN id RESTART")
    session.execute(text("INSERT INTO log_epochs (shift) VALUES (1000000)"))
    record_event()
    for _ in range(50):
        session.execute(text("SELECT pg_current_xact_id()"))
        session.commit()
    assert sign() == 1
    # As on a server that has given out far fewer transaction ids.
    tamper("DELETE FROM log_epochs")
    begin_epoch(session)
    assert not has_moved(session)
    session.commit()
    record_event()
    assert list(bad_checkpoints(session, SECRET)) == []
    assert sign() == 1


def test_a_log_is_moved_where_only_its_checkpoint_is_ahead_of_the_server(
    session: Session, tamper: Tamper, record_event: Record
) -> None:
    record_event()
    make_checkpoint(session, SECRET)
    session.commit()
    assert not has_moved(session)
    tamper("UPDATE checkpoints SET horizon = horizon + 1000000")
    assert has_moved(session)
    begin_epoch(session)
    assert not has_moved(session)
