"""Whoever changes the log, even as the database's owner, leaves a trace."""

import pytest
from sqlalchemy.orm import Session

from app.events.chain import broken_links
from app.events.checkpoints import bad_checkpoints, make_checkpoint
from app.events.types import RecordedEvent
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import Record, new_stream

SECRET = "a secret of the site, long enough"
# What somebody does who knows of the chain and makes a stream's hashes anew.
RECHAIN = """
DO $$ DECLARE e events; BEGIN
    FOR e IN SELECT * FROM events ORDER BY stream, version LOOP
        UPDATE events SET hash = event_hash(e, (
            SELECT hash FROM events p WHERE p.stream = e.stream AND p.version = e.version - 1
        )) WHERE position = e.position;
    END LOOP;
END $$
"""


@pytest.fixture
def written(record_event: Record) -> list[RecordedEvent]:
    """Two events in each of two streams."""
    one, other = new_stream(), new_stream()
    return [record_event(stream) for stream in (one, other, one, other)]


def test_an_untouched_log_holds(session: Session, written: list[RecordedEvent]) -> None:
    assert list(broken_links(session)) == []


@pytest.mark.parametrize(
    "change",
    [
        """data = '{"message": "another"}'""",
        "type = 'application.declined'",
        """metadata = jsonb_set(metadata, '{actor}', '"staff:1"')""",
        "recorded_at = recorded_at + interval '1 second'",
        "sealed = sealed || 'x'",
        "hash = sha256('x')",
    ],
)
def test_the_first_altered_event_is_named(
    session: Session, written: list[RecordedEvent], tamper: Tamper, change: str
) -> None:
    position = written[1].position
    tamper(f"UPDATE events SET {change} WHERE position = {position}")
    first, *_ = broken_links(session)
    assert (first.position, first.version, first.problem) == (position, 1, "it was altered")


def test_an_event_that_is_gone_is_missed_by_the_one_behind_it(
    session: Session, written: list[RecordedEvent], tamper: Tamper
) -> None:
    tamper(f"DELETE FROM events WHERE position = {written[0].position}")
    (link,) = broken_links(session)
    assert (link.position, link.problem) == (written[2].position, "the event before it is gone")


def test_a_checkpoint_covers_what_came_since_the_last_one(
    session: Session, record_event: Record
) -> None:
    assert make_checkpoint(session, SECRET) is None
    record_event()
    record_event()
    first = make_checkpoint(session, SECRET)
    session.commit()
    record_event()
    second = make_checkpoint(session, SECRET)
    session.commit()
    assert [made and made.events for made in (first, second)] == [2, 1]
    assert list(bad_checkpoints(session, SECRET)) == []


def test_a_log_whose_hashes_were_made_anew_no_longer_agrees_with_its_checkpoint(
    session: Session, written: list[RecordedEvent], tamper: Tamper
) -> None:
    make_checkpoint(session, SECRET)
    session.commit()
    tamper("UPDATE events SET type = 'application.declined' WHERE version = 1")
    tamper(RECHAIN)
    assert list(broken_links(session)) == []  # which is what a checkpoint is for
    (bad,) = bad_checkpoints(session, SECRET)
    assert bad.problem == "the events that it covers were altered"


def test_a_stream_whose_end_was_cut_off_no_longer_agrees_with_its_checkpoint(
    session: Session, written: list[RecordedEvent], tamper: Tamper
) -> None:
    make_checkpoint(session, SECRET)
    session.commit()
    tamper(f"DELETE FROM events WHERE position = {written[3].position}")
    assert list(broken_links(session)) == []
    (bad,) = bad_checkpoints(session, SECRET)
    assert bad.problem == "4 events were signed and 3 are there"


def test_a_checkpoint_cannot_be_made_without_the_sites_secret(
    session: Session, written: list[RecordedEvent]
) -> None:
    make_checkpoint(session, "somebody else's secret")
    session.commit()
    (bad,) = bad_checkpoints(session, SECRET)
    assert "signature" in bad.problem
