from collections.abc import Callable
from threading import Barrier, Thread

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.applications.events import MoreProvided
from app.events.integrity.chain import broken_links
from app.events.log import place_of
from app.events.store import ConcurrentAppend, read_stream, record, record_all
from app.events.types import RecordedEvent, UnknownEventType, decode_event
from app.platform.database import db
from tests.integration.events.conftest import PERSON, new_stream

Record = Callable[..., RecordedEvent]
WRITERS = 8


def test_a_stream_is_read_as_it_was_written(session: Session, record_event: Record) -> None:
    stream = new_stream()
    written = [record_event(stream, message=f"number {n}") for n in range(3)]
    assert read_stream(session, stream) == written
    assert [event.version for event in written] == [1, 2, 3]
    assert written[0].data == MoreProvided(message="number 0")
    assert written[0].recorded_at.utcoffset() is not None


def test_a_rolled_back_event_was_never_recorded(session: Session) -> None:
    stream = new_stream()
    record(session, stream, MoreProvided(message="hello"), actor="prospect", person=PERSON)
    session.rollback()
    assert read_stream(session, stream) == []


def test_events_appended_together_get_consecutive_versions(
    session: Session, record_event: Record
) -> None:
    stream = new_stream()
    first = record_event(stream)
    more = [MoreProvided(message=f"number {n}") for n in range(3)]
    written = record_all(
        session, stream, more, actor="prospect", person=PERSON, expected_version=first.version
    )
    session.commit()
    assert read_stream(session, stream) == [first, *written]
    assert [event.version for event in written] == [2, 3, 4]
    assert list(broken_links(session)) == []


def test_only_one_of_two_writers_that_expect_the_same_version_succeeds(session: Session) -> None:
    stream = new_stream()
    record(
        session, stream, MoreProvided(message="first"), actor="a", person=PERSON, expected_version=0
    )
    session.commit()
    with pytest.raises(ConcurrentAppend):
        record(
            session,
            stream,
            MoreProvided(message="second"),
            actor="b",
            person=PERSON,
            expected_version=0,
        )
    session.rollback()
    assert [event.data.message for event in read_stream(session, stream)] == ["first"]


def test_writers_without_an_expected_version_queue_and_leave_no_gap(
    app: Flask, session: Session
) -> None:
    stream = new_stream()
    together = Barrier(WRITERS)

    def write() -> None:
        with app.app_context():
            own = db.session()
            together.wait()
            record(own, stream, MoreProvided(message="hello"), actor="prospect", person=PERSON)
            own.commit()

    threads = [Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = read_stream(session, stream)
    assert [event.version for event in written] == list(range(1, WRITERS + 1))
    assert written == sorted(written, key=place_of)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET data = '{}'",
        "UPDATE events SET type = 'application.declined'",
        "UPDATE events SET recorded_at = now()",
        "UPDATE events SET sealed = 'x'",
        "UPDATE events SET person_id = gen_random_uuid()",
        "UPDATE events SET hash = 'x'",
        "UPDATE events SET relayed_at = NULL WHERE relayed_at IS NOT NULL",
        "UPDATE events SET relayed_at = now() WHERE relayed_at IS NOT NULL",
        "DELETE FROM events",
        "TRUNCATE events CASCADE",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_event_even_for_its_owner(
    session: Session, record_event: Record, as_owner: Callable[[str], None], change: str
) -> None:
    recorded = record_event()
    session.execute(text("UPDATE events SET relayed_at = now()"))
    session.commit()
    with pytest.raises(psycopg.Error, match="append-only"):
        as_owner(change)
    assert read_stream(session, recorded.stream) == [recorded]


def test_an_event_of_an_unknown_type_is_not_guessed_at() -> None:
    with pytest.raises(UnknownEventType, match=r"nothing\.known"):
        decode_event("nothing.known", {}, 1)
