"""Any change to the log leaves a trace, even one made as the database's owner."""

import re
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.integrity.chain import broken_links
from app.events.integrity.checkpoints import bad_checkpoints, make_checkpoint
from app.events.types import RecordedEvent
from app.platform.database import db
from tests.integration.conftest import Tamper
from tests.integration.events.conftest import Record, new_stream

SECRET = "a secret of the site, long enough"
# What somebody who knows of the chain would do: recompute the hashes of every stream.
RECHAIN = """
DO $$ DECLARE e events; BEGIN
    FOR e IN SELECT * FROM events ORDER BY stream, version LOOP
        UPDATE events SET hash = event_hash(e, (
            SELECT hash FROM events p WHERE p.stream = e.stream AND p.version = e.version - 1
        )) WHERE position = e.position;
    END LOOP;
END $$
"""
# Odd values that JSON can hold, and values that can be written in two ways.
ODD = text("""
INSERT INTO events (id, stream, version, type, schema_version, data, metadata, person_id, sealed)
VALUES (uuidv7(), :stream, NULL, 'thing.happened "so\\"', 1, :said, :said, uuidv7(),
    decode(repeat('00ff', 99), 'hex'))
""")
SAID = (
    r'{"b": "\" \\ \/ \u0001 \t \u2028 ü 𝄞 <b>", "numbers": [1.10, 1e300, -0, 1e-7],'
    r' "a": [null, true, {}, []]}'
)


@pytest.fixture(autouse=True)
def no_checkpoint_yet(tamper: Tamper) -> None:
    tamper("ALTER TABLE checkpoints ALTER COLUMN id RESTART")


@pytest.fixture
def written(record_event: Record) -> list[RecordedEvent]:
    """Two events in each of two streams."""
    one, other = new_stream(), new_stream()
    return [record_event(stream) for stream in (one, other, one, other)]


def test_an_untouched_log_verifies(session: Session, written: list[RecordedEvent]) -> None:
    assert list(broken_links(session)) == []


def test_the_chain_holds_across_a_downgrade_and_an_upgrade_of_the_schema(
    app: Flask, session: Session, record_event: Record
) -> None:
    def write() -> None:
        record_event()
        session.execute(ODD, {"stream": new_stream() + ' "\\ü', "said": SAID})
        session.commit()

    write()
    try:
        downgrade(revision="0041")
        assert list(broken_links(session)) == []
        write()
    finally:
        upgrade()
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


def test_a_deleted_event_is_noticed_at_the_next_one_in_its_stream(
    session: Session, written: list[RecordedEvent], tamper: Tamper
) -> None:
    tamper(f"DELETE FROM events WHERE position = {written[0].position}")
    (link,) = broken_links(session)
    assert (link.position, link.problem) == (written[2].position, "the event before it is gone")


def test_a_checkpoint_covers_the_events_since_the_last_one(
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


def test_the_last_root_is_printed_if_there_is_nothing_new_to_sign(
    app: Flask, session: Session, written: list[RecordedEvent]
) -> None:
    """Operators keep it before they change SECRET_KEY, however recent the last checkpoint is."""
    run = app.test_cli_runner().invoke
    made = make_checkpoint(session, SECRET)
    session.commit()
    again = run(args=["events", "checkpoint"]).output
    assert made and again.splitlines()[-1] == f"Nothing new to sign since the root {made.root}"


def test_what_an_open_transaction_keeps_from_being_signed_is_not_called_nothing_new(
    app: Flask, record_event: Record
) -> None:
    run = app.test_cli_runner().invoke
    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_current_xact_id()"))
        record_event()
        said = run(args=["events", "checkpoint"]).output
    assert said == "Nothing can be signed yet: an open transaction holds it up.\n"
    assert "1 events, root" in run(args=["events", "checkpoint"]).output


def test_a_log_with_recomputed_hashes_no_longer_agrees_with_its_checkpoint(
    session: Session, written: list[RecordedEvent], tamper: Tamper
) -> None:
    make_checkpoint(session, SECRET)
    session.commit()
    tamper("UPDATE events SET type = 'application.declined' WHERE version = 1")
    tamper(RECHAIN)
    assert list(broken_links(session)) == []  # only the checkpoint shows it
    (bad,) = bad_checkpoints(session, SECRET)
    assert bad.problem == "the events that it covers were altered"


def test_a_stream_cut_short_no_longer_agrees_with_its_checkpoint(
    session: Session, written: list[RecordedEvent], tamper: Tamper
) -> None:
    make_checkpoint(session, SECRET)
    session.commit()
    tamper(f"DELETE FROM events WHERE position = {written[3].position}")
    assert list(broken_links(session)) == []
    (bad,) = bad_checkpoints(session, SECRET)
    assert bad.problem == "4 events were signed and 3 are there"


def test_a_checkpoint_signed_with_another_secret_is_detected(
    session: Session, written: list[RecordedEvent]
) -> None:
    make_checkpoint(session, "somebody else's secret")
    session.commit()
    (bad,) = bad_checkpoints(session, SECRET)
    assert "signature" in bad.problem


def test_a_deleted_checkpoint_is_noticed(
    session: Session, record_event: Record, tamper: Tamper
) -> None:
    for _ in range(3):
        record_event()
        make_checkpoint(session, SECRET)
        session.commit()
    tamper("DELETE FROM checkpoints WHERE id = 2")
    assert [bad.problem for bad in bad_checkpoints(session, SECRET)] == [
        "1 before it are gone, or their signing was cut off"
    ]


def test_a_log_rewritten_and_signed_again_disagrees_with_a_root_kept_elsewhere(
    app: Flask, session: Session, written: list[RecordedEvent], tamper: Tamper, tmp_path: Path
) -> None:
    run = app.test_cli_runner().invoke
    kept = tmp_path / "roots.txt"
    kept.write_text(run(args=["events", "checkpoint"]).output)
    assert run(args=["events", "verify", "--against", str(kept)]).exit_code == 0
    tamper("UPDATE events SET data = '{}' WHERE version = 1")
    tamper(RECHAIN)
    tamper("DELETE FROM checkpoints; ALTER TABLE checkpoints ALTER COLUMN id RESTART")
    run(args=["events", "checkpoint"])
    assert run(args=["events", "verify"]).exit_code == 0  # the control
    verified = run(args=["events", "verify", "--against", str(kept)])
    assert verified.exit_code == 1 and "none has the root" in verified.output


def test_a_kept_root_vouches_for_every_checkpoint_before_it_whichever_secret_signed_it(
    session: Session, record_event: Record, tamper: Tamper
) -> None:
    def sign(secret: str) -> str:
        record_event()
        made = make_checkpoint(session, secret)
        session.commit()
        assert made
        return made.root

    def problems(*kept: str) -> list[str]:
        return [bad.problem[:13] for bad in bad_checkpoints(session, SECRET, kept)]

    sign("the secret before this one")
    last_of_before = sign("the secret before this one")
    sign(SECRET)
    assert problems() == problems("0" * 64) == ["its signature", "its signature"]
    assert problems(last_of_before) == []
    sign("somebody else's secret")
    assert problems(last_of_before) == ["its signature"]
    tamper(
        "UPDATE events SET hash = sha256(hash) WHERE position = (SELECT min(position) FROM events)"
    )
    assert problems(last_of_before) == ["the events th", "its signature"]


def test_kept_roots_can_be_given_as_text_and_input_without_a_root_is_refused_with_the_reason(
    app: Flask, written: list[RecordedEvent], tmp_path: Path
) -> None:
    def verify(kept: str) -> Result:
        return app.test_cli_runner().invoke(args=["events", "verify", "--against", kept])

    words = "".join(f"2 events, root {night:064x}\n" for night in range(9))
    verified = verify(words)
    assert verified.exit_code == 1 and verified.output.count("none has the root") == 9
    for kept, reason in (
        ("no root", "No such file or directory"),
        (str(tmp_path), "Is a directory"),
        ("x" * 300, "File name too long"),
    ):
        refused = verify(kept)
        assert refused.exit_code == 2
        assert f"there is no root in {kept} ({reason})" in refused.output


def test_a_log_left_unsigned_for_too_long_is_reported(
    app: Flask, client: FlaskClient, written: list[RecordedEvent], tamper: Tamper
) -> None:
    run = app.test_cli_runner().invoke
    assert "26 hours" not in run(args=["events", "verify"]).output
    tamper("UPDATE events SET recorded_at = recorded_at - interval '27 hours'")
    assert "26 hours" in run(args=["events", "verify"]).output
    figures = client.get("/metrics").text
    age = re.search(r"^events_unsigned_oldest_seconds (.+)$", figures, re.MULTILINE)
    assert age and float(age[1]) > 26 * 3600
    run(args=["events", "checkpoint"])
    assert "26 hours" not in run(args=["events", "verify"]).output
