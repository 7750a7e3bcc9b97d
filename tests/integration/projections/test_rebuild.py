"""Rebuilding: rows that differed are corrected while the site keeps running."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.events.projections.projection import current_projections
from app.platform.database import db
from app.platform.database.advisory_locks import alone_at
from app.review.queue import rebuild as rebuilding
from app.review.queue.models import QueueFigure, QueueRow
from app.review.queue.rebuild import rebuild_queue
from tests.integration.projections.conftest import Differences, Office

Tamper = Callable[..., None]
REBUILDS = 15

TAMPERINGS = [
    "UPDATE applications SET status = 'declined', version = 9, email = 'eve@evil.example'",
    "UPDATE engagements SET total_cents = 1250051, quote = quote - 'lines'",
    "DELETE FROM engagements",
    "UPDATE scores SET total = 0, result = '{}'",
    "DELETE FROM scores",
    "UPDATE queue_rows SET rank = 0",
    "DELETE FROM queue_rows",
    "INSERT INTO queue_rows (application_id, reference, name, company, search_text, status,"
    " is_open, rank, submitted_at)"
    " VALUES (uuidv7(), '', '', '', '', 'submitted', true, 0, now())",
    "UPDATE queue_figures SET amount = amount + 1",
]


def test_a_rebuild_names_what_differed_and_corrects_it(
    finished: UUID, verify: Differences, rebuild: Differences, tamper: Tamper
) -> None:
    for statement in TAMPERINGS:
        tamper(statement)
        assert rebuild() != [], statement
        assert verify() == [], statement
        assert rebuild() == [], statement


def test_a_row_that_events_cannot_recreate_is_reported_and_left(
    finished: UUID, rebuild: Differences, tamper: Tamper
) -> None:
    tamper("DELETE FROM applications")
    assert any("is missing" in line and "left as it is" in line for line in rebuild())


def test_a_row_without_its_events_is_reported_and_left(
    finished: UUID, rebuild: Differences, tamper: Tamper
) -> None:
    tamper("DELETE FROM events WHERE type = 'application.scored'")
    [found] = rebuild()
    assert f"scores {finished}: begins with no event; left as it is" in found


def test_a_row_whose_stream_a_newer_release_has_written_to_is_left_and_all_others_are_corrected(
    finished: UUID, rebuild: Differences, tamper: Tamper
) -> None:
    """As after an upgrade that was taken back: the downgrade has changed the row."""
    tamper("UPDATE events SET type = 'application.invented' WHERE type = 'application.accepted'")
    tamper("UPDATE applications SET status = 'declined'")
    tamper("UPDATE queue_rows SET status = 'invented'")
    found = rebuild()
    newer = f"applications {finished}: a newer release recorded application.invented in version 1"
    assert [line for line in found if line.startswith(newer) and "left as it is" in line] != []
    assert f'queue_rows {finished}: status is "invented", the log says "declined"' in found
    assert not any(line.startswith("queue_rows") for line in rebuild())


def test_the_queue_can_be_built_from_nothing(
    finished: UUID, office: Office, verify: Differences, session: Session, owner: Engine
) -> None:
    for _ in range(12):
        office.submit()
    office.handle()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rebuilding, "BATCH", 5)
        session.execute(text("DELETE FROM queue_rows"))
        session.execute(text("DELETE FROM queue_figures"))
        session.commit()
        rebuild_queue(owner)
    assert session.query(QueueRow).count() == 13
    assert verify() == []


def test_the_new_tables_have_the_same_indexes_as_the_old(
    finished: UUID, rebuild: Differences
) -> None:
    def indexes() -> set[str | None]:
        with db.engine.connect() as connection:
            tables = (QueueRow.__tablename__, QueueFigure.__tablename__)
            rows = [row for t in tables for row in inspect(connection).get_indexes(t)]
            keys = {inspect(connection).get_pk_constraint(table)["name"] for table in tables}
            return {row["name"] for row in rows} | keys

    before = indexes()
    rebuild()
    assert indexes() == before
    assert "shadow" not in inspect(db.engine).get_schema_names()


def test_everything_is_rebuilt_while_others_submit_and_decide(
    app: Flask,
    finished: UUID,
    office: Office,
    verify: Differences,
    tamper: Tamper,
    owner: Engine,
) -> None:
    over, failures, found = threading.Event(), list[BaseException](), list[list[str]]()

    def rebuild_again_and_again() -> None:
        try:
            with app.app_context():
                while not over.is_set():
                    parts = [p.rebuild(owner) for p in current_projections()]
                    found.append([str(difference) for part in parts for difference in part])
        except BaseException as error:
            failures.append(error)
            raise

    tamper("UPDATE engagements SET total_cents = 1250051")
    rebuilder = threading.Thread(target=rebuild_again_and_again)
    rebuilder.start()
    try:
        while len(found) < REBUILDS and not failures:
            application_id = office.submit()
            office.handle()
            office.ask(application_id)
            office.answer(application_id)
            office.handle()
            office.decline(application_id)
    finally:
        over.set()
        rebuilder.join()
    assert failures == []
    assert ["total_cents" in line for line in found[0]] == [True]
    assert not any(found[1:])  # what others do in the meantime is not a difference
    assert verify() == []
    office.handle()
    assert verify() == []


def test_without_catching_up_events_recorded_during_the_rebuild_would_be_missing(
    office: Office, verify: Differences, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: rows that change while the new tables are being built are not built again."""
    application_id = office.submit()
    office.handle()
    build = rebuilding.build_rows

    def build_and_go_on(session: Session) -> None:
        build(session)
        office.decline(application_id)
        office.handle()

    monkeypatch.setattr(rebuilding, "build_rows", build_and_go_on)
    rebuild_queue(owner)
    assert verify() == []

    application_id = office.submit()
    office.handle()
    monkeypatch.setattr(rebuilding, "applications_of", lambda _: [])
    rebuild_queue(owner)
    assert any(f"queue_rows {application_id}: status" in found for found in verify())


def test_the_old_tables_stay_while_the_lock_cannot_be_had(
    finished: UUID, verify: Differences, owner: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "SWAP_TRIES", 1)
    with db.engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM queue_rows"))
        with pytest.raises(OperationalError):
            rebuild_queue(owner)
    assert verify() == []
    rebuild_queue(owner)
    assert verify() == []


def test_only_one_rebuild_runs_at_a_time(app: Flask) -> None:
    with alone_at("events.rebuild"):
        refused = app.test_cli_runner().invoke(args=["events", "rebuild"])
    assert refused.exit_code == 1
    assert "Another rebuild is at work." in refused.output


def test_the_command_says_what_differed(
    app: Flask, finished: UUID, tamper: Tamper, session: Session
) -> None:
    tamper("UPDATE scores SET total = 0")
    rebuilt = app.test_cli_runner().invoke(args=["events", "rebuild"])
    assert rebuilt.exit_code == 0
    assert f"scores {finished}: total is 0, the log says" in rebuilt.output
    assert "Every row is as the log says now." in rebuilt.output
    tamper("DELETE FROM applications")
    left = app.test_cli_runner().invoke(args=["events", "rebuild"])
    assert left.exit_code == 1


def test_an_event_that_cannot_be_read_keeps_no_other_row_from_being_corrected(
    office: Office, verify: Differences, rebuild: Differences, tamper: Tamper
) -> None:
    first, second = sorted((office.submit(), office.submit()))
    tamper(f"UPDATE events SET sealed = sealed || 'x' WHERE stream = 'application-{first}'")
    tamper("UPDATE applications SET version = 9")
    assert f"applications {second}: version is 9, the log says 1" in verify()
    assert f"applications {second}: version is 9, the log says 1" in rebuild()
    [left] = verify()
    assert left.startswith(f"applications {first}: application.submitted in version 2, at ")
    assert left.endswith(", can't be read; left as it is")


def test_an_event_that_cannot_be_read_keeps_no_other_table_from_being_corrected(
    app: Flask, finished: UUID, tamper: Tamper
) -> None:
    tamper("UPDATE events SET sealed = sealed || 'x' WHERE type = 'application.submitted'")
    tamper("UPDATE queue_rows SET rank = 0")
    found = app.test_cli_runner().invoke(args=["events", "rebuild"])
    assert found.exit_code == 1
    unread = f"applications {finished}: application.submitted in version 2, at "
    assert unread in found.output
    assert f"queue_rows {finished}: rank is 0" in found.output
    assert "queue_rows" not in app.test_cli_runner().invoke(args=["events", "verify"]).output
