"""Nothing gets out of a preview, whichever way a handler tries."""

import importlib
import os
import smtplib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
import redis
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.applications.events import ApplicationSubmitted
from app.circuits.guard import circuit
from app.circuits.models import CircuitRecord
from app.events.subscription import Subscriptions
from app.events.tasks import sweep_deliveries
from app.events.types import RecordedEvent
from app.notifications.tasks import ring_courier
from app.operations.replay.preview import preview_replay
from app.platform.database import db
from local.postgres import Postgres
from local.redis import Redis
from tests.integration.operations.conftest import (
    Choose,
    Fail,
    Handler,
    everything,
    foresee,
)


def by_the_request(session: Session, recorded: RecordedEvent) -> None:
    db.session.add(CircuitRecord(name="elsewhere"))
    db.session.commit()


def by_a_connection(session: Session, recorded: RecordedEvent) -> None:
    with circuit("stripe", is_failure=bool):
        raise OSError


def by_a_commit(session: Session, recorded: RecordedEvent) -> None:
    session.add(CircuitRecord(name="kept"))
    session.commit()


def by_the_connection_of_the_session(session: Session, recorded: RecordedEvent) -> None:
    session.add(CircuitRecord(name="kept"))
    session.flush()
    session.connection().commit()


def by_a_commit_in_sql(session: Session, recorded: RecordedEvent) -> None:
    session.add(CircuitRecord(name="kept"))
    session.flush()
    session.execute(text("COMMIT"))


def by_a_ring(session: Session, recorded: RecordedEvent) -> None:
    ring_courier()  # which takes any error to mean that the broker is away


def by_a_task(session: Session, recorded: RecordedEvent) -> None:
    sweep_deliveries.delay()


def by_smtp(session: Session, recorded: RecordedEvent) -> None:
    smtplib.SMTP("127.0.0.1", 25, timeout=1)


def by_a_program(session: Session, recorded: RecordedEvent) -> None:
    subprocess.run(["true"], check=True)


def by_a_spawn(session: Session, recorded: RecordedEvent) -> None:
    os.posix_spawn("/bin/true", ["true"], {})


def by_a_thread(session: Session, recorded: RecordedEvent) -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(smtplib.SMTP, "127.0.0.1", 25)


def by_a_new_file(session: Session, recorded: RecordedEvent) -> None:
    Path("/no/such/folder/file").write_text("kept")


def by_a_removed_file(session: Session, recorded: RecordedEvent) -> None:
    Path("/no/such/folder/file").unlink(missing_ok=True)


def by_a_renamed_file(session: Session, recorded: RecordedEvent) -> None:
    Path("/no/such/folder/file").rename("/no/such/folder/other")


WAYS_OUT: dict[Handler, str] = {
    by_the_request: "another transaction",
    by_a_connection: "another transaction",
    by_a_commit: "a commit of its own",
    by_a_ring: "a task for a worker: notifications.send_due_mail",
    by_a_task: "a task for a worker: events.sweep",
    by_smtp: "another server",
    by_a_program: "another program",
    by_a_spawn: "another program",
    by_a_thread: "another thread",
    by_a_new_file: "a file: /no/such/folder/file",
    by_a_removed_file: "a file: /no/such/folder/file",
    by_a_renamed_file: "a file: /no/such/folder/file",
}


@pytest.mark.parametrize("way", WAYS_OUT, ids=lambda way: way.__name__)
def test_a_handler_that_reaches_outside_is_stopped_and_named(
    fail: Fail, choose: Choose, postgres: Postgres, redis_server: Redis, way: Handler
) -> None:
    replay_id = choose(*fail())
    before = everything(postgres)

    def reach_out(session: Session, recorded: RecordedEvent) -> None:
        way(session, recorded)

    with redis.Redis.from_url(redis_server.url) as broker:
        kept = sorted(broker.keys())
        foreseen = foresee(replay_id, reach_out)
        assert sorted(broker.keys()) == kept
    assert any(what.startswith(WAYS_OUT[way]) for what in foreseen.outside), foreseen
    assert everything(postgres) == before


def test_a_handler_may_read_files_and_import_modules(
    fail: Fail, choose: Choose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "never_imported_before.py").write_text("WORDS = 'read'")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def read(session: Session, recorded: RecordedEvent) -> None:
        module = importlib.import_module("never_imported_before")
        assert module.WORDS in (tmp_path / "never_imported_before.py").read_text()

    foreseen = foresee(choose(*fail()), read)
    assert (foreseen.error, foreseen.outside) == ("", ())
    assert (tmp_path / "__pycache__").exists()


def test_with_the_doors_open_such_a_handler_would_leave_something_behind(
    fail: Fail, choose: Choose, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_id = choose(*fail())
    before = everything(postgres)
    monkeypatch.setattr("app.operations.replay.preview.doors_closed", lambda: nullcontext([]))

    def reach_out(session: Session, recorded: RecordedEvent) -> None:
        by_the_request(session, recorded)

    foresee(replay_id, reach_out)
    assert everything(postgres) != before


@pytest.mark.parametrize("way", [by_the_connection_of_the_session, by_a_commit_in_sql])
def test_a_commit_behind_the_sessions_back_is_refused_by_postgres(
    fail: Fail, choose: Choose, postgres: Postgres, way: Handler
) -> None:
    replay_id = choose(*fail(2))
    before = everything(postgres)

    def score_fit(session: Session, recorded: RecordedEvent) -> None:
        way(session, recorded)

    score_fit.__module__ = "app.scoring.subscribers"
    foreseen = preview_replay(replay_id, Subscriptions({ApplicationSubmitted: (score_fit,)}))
    errors = [one.error for one in foreseen.values()]
    assert len(errors) == 2 and all("UniqueViolation doomed_n_key" in one for one in errors), errors
    assert everything(postgres) == before


def test_a_transaction_that_is_not_doomed_could_be_committed(
    fail: Fail, choose: Choose, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay_id = choose(*fail())
    monkeypatch.setattr("app.operations.replay.preview.FORBID_COMMIT", text("SELECT 1"))

    def reach_out(session: Session, recorded: RecordedEvent) -> None:
        by_a_commit_in_sql(session, recorded)

    foresee(replay_id, reach_out)
    assert session.scalars(select(CircuitRecord.name)).all() == ["kept"]


def test_outside_a_preview_the_doors_are_open(
    fail: Fail, choose: Choose, redis_server: Redis
) -> None:
    foresee(choose(*fail()))
    with redis.Redis.from_url(redis_server.url) as broker:
        tasks = broker.llen("celery")
        ring_courier()
        assert broker.llen("celery") == tasks + 1
