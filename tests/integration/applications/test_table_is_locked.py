"""A table that stays locked, or a connection pool that is used up, costs a prospect a wait of
seconds and not a word; and a migration that waits for a table does not keep others waiting."""

import html
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from click import ClickException
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.platform.database import db
from app.platform.database.connection import driver_connection
from app.platform.database.deadline import ANSWER_TIMEOUT
from config import ROOT
from local.postgres import Postgres
from tests.integration.applications.prospect import Prospect
from tests.integration.waiting import is_somebody_waiting
from tests.site import eventually

TYPED = "We have <two> queues."
PATIENCE = 20.0
UNREACHABLE = "request.database_unreachable"
LIMITS = text("""
SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),
    current_setting('idle_in_transaction_session_timeout')
""")
NEXT_MIGRATION = """
from alembic import op

revision = "next"
down_revision = {head!r}


def upgrade():
    op.execute("ALTER TABLE applications ADD COLUMN more text")
"""
Answered = Callable[[], list[str]]


@contextmanager
def locked(postgres: Postgres, mode: str) -> Iterator[None]:
    """Inside, somebody holds that lock on the applications and does not let go."""
    with psycopg.connect(postgres.url_of("site")) as connection:
        connection.execute(f"LOCK TABLE applications IN {mode} MODE".encode())
        yield


@pytest.fixture
def answered(app: Flask) -> Iterator[Answered]:
    """The database's errors for the statements that failed, as logged."""
    with capture_logs() as said:
        yield lambda: [one["error"] for one in said if one["event"] == UNREACHABLE]


@pytest.fixture
def no_limit_for_locks(app: Flask) -> Iterator[None]:
    def lift(connection: psycopg.Connection, *_rest: object) -> None:
        connection.execute("SET lock_timeout = 0")
        connection.commit()

    def restore(connection: psycopg.Connection, *_rest: object) -> None:
        connection.execute("RESET lock_timeout")
        connection.commit()

    event.listen(db.engine, "checkout", lift)
    event.listen(db.engine, "checkin", restore)
    yield
    db.session.remove()
    event.remove(db.engine, "checkout", lift)
    event.remove(db.engine, "checkin", restore)


@pytest.fixture
def next_migration(app: Flask, tmp_path: Path) -> Path:
    """The migrations folder of the release after this one."""
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder)
    head = ScriptDirectory(str(folder)).get_current_head()
    (folder / "versions" / "next.py").write_text(NEXT_MIGRATION.format(head=head))
    return folder


def check_refused_with_all_that_was_typed(answer: TestResponse) -> None:
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert TYPED in html.unescape(answer.text)
    assert "What you typed is still in your browser." in html.unescape(answer.text)
    assert "then press the button." in answer.text and "then reload" not in answer.text


def send_while_locked(prospect: Prospect, postgres: Postgres) -> str:
    """Send while the table is locked; return the review page from which it was refused."""
    prospect.fill_in()
    review = prospect.see("review")
    with locked(postgres, "ACCESS EXCLUSIVE"):
        check_refused_with_all_that_was_typed(prospect.send(seen=review, anything_else=TYPED))
    return review


def test_while_a_table_is_locked_sending_is_refused_in_time_and_nothing_is_lost(
    prospect: Prospect, session: Session, postgres: Postgres, answered: Answered
) -> None:
    review = send_while_locked(prospect, postgres)
    assert answered() == ["LockNotAvailable"]
    assert session.scalars(select(Application)).all() == []
    session.rollback()
    assert prospect.send(seen=review, anything_else=TYPED).status_code == 303
    (sent,) = session.scalars(select(Application)).all()
    assert sent.answers["anything_else"] == TYPED


def test_a_visitor_who_only_opened_a_page_is_not_asked_to_send_anything_again(
    prospect: Prospect, postgres: Postgres, answered: Answered
) -> None:
    with locked(postgres, "ACCESS EXCLUSIVE"):
        answer = prospect.client.get("/applications/of-nobody")
    assert answer.status_code == 503
    assert answered() == ["LockNotAvailable"]
    assert "Wait a moment, then reload this page." in answer.text
    assert "typed" not in answer.text and "Send it again" not in answer.text


def test_without_the_lock_timeout_only_the_statement_timeout_would_end_the_wait(
    prospect: Prospect, postgres: Postgres, answered: Answered, no_limit_for_locks: None
) -> None:
    """The control."""
    send_while_locked(prospect, postgres)
    assert answered() == ["QueryCanceled"]


def test_while_every_connection_is_taken_sending_is_refused_in_time_and_nothing_is_lost(
    app: Flask, prospect: Prospect
) -> None:
    prospect.fill_in()
    filled_in = prospect.filled_in_review(anything_else=TYPED)

    def send() -> TestResponse:
        return prospect.client.post("/apply/submit", data=filled_in)

    with ExitStack() as taken, ThreadPoolExecutor(1) as thread:
        for _ in range(app.config["SITE"].DATABASE_POOL_SIZE):
            taken.enter_context(db.engine.connect())
        # Without a limit it would wait until we let go.
        check_refused_with_all_that_was_typed(thread.submit(send).result(PATIENCE))
    assert send().status_code == 303


def test_a_migration_that_waits_for_a_table_gives_up_and_keeps_nobody_waiting_for_long(
    app: Flask, prospect: Prospect, postgres: Postgres, next_migration: Path
) -> None:
    prospect.fill_in()
    review = prospect.see("review")

    def migrate() -> None:
        with app.app_context(), pytest.raises(ClickException, match="LockNotAvailable"):
            upgrade(directory=str(next_migration))

    with locked(postgres, "ACCESS SHARE"), ThreadPoolExecutor(1) as thread:
        migrating = thread.submit(migrate)
        eventually(is_somebody_waiting)
        check_refused_with_all_that_was_typed(prospect.send(seen=review, anything_else=TYPED))
        migrating.result()
        assert prospect.send(seen=review).status_code == 303


def test_a_connection_used_for_migrating_has_the_same_limits_as_any_other(app: Flask) -> None:
    db.engine.dispose()  # so that the next one taken is the only one
    upgrade(directory=str(ROOT / "migrations"))
    assert tuple(db.session.execute(LIMITS).one()) == ("2s", "5s", "30s")
    assert driver_connection(db.session.connection()).answer_within == ANSWER_TIMEOUT
