"""Connections that the server has closed, and a connection that holds a lock against others."""

from multiprocessing.pool import ThreadPool

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.platform.database import (
    DATABASE_AWAY,
    after_commit,
    autocommit,
    db,
    is_readable,
    plain_connection,
)
from app.platform.database.advisory_locks import alone_at
from app.platform.database.connection import driver_connection
from local.postgres import Postgres
from tests.site import eventually

OWN_PID = text("SELECT pg_backend_pid()")


@pytest.fixture(autouse=True)
def one_connection(app: Flask) -> None:
    """Empty the pool, so that the next connection taken is the only one."""
    db.engine.dispose()


def cut_off(postgres: Postgres, pid: int | None) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        # Returns when the backend is gone, or after this many milliseconds.
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def idle_too_long(session: Session, limit: str = "idle_in_transaction_session_timeout") -> None:
    """Stay in the transaction until the server ends the session for that, and find out."""
    connection = driver_connection(session)
    connection.execute(f"SET {limit} = 1".encode())
    eventually(lambda: is_readable(connection))
    session.scalar(OWN_PID)


def test_a_connection_closed_by_the_server_is_replaced_unnoticed(
    app: Flask, postgres: Postgres
) -> None:
    pid = db.session.scalar(OWN_PID)
    db.session.remove()
    cut_off(postgres, pid)
    assert db.session.scalar(OWN_PID) != pid


def test_a_server_that_hangs_up_on_each_new_connection_is_away(
    client: FlaskClient, postgres: Postgres
) -> None:
    def hang_up(connection: psycopg.Connection, _record: object) -> None:
        cut_off(postgres, connection.info.backend_pid)

    event.listen(db.engine, "connect", hang_up)
    try:
        with pytest.raises(OperationalError):
            db.engine.connect()
        with pytest.raises(psycopg.OperationalError), plain_connection():
            pass
        assert client.get("/staff/login").status_code == 200  # asks no database
        assert client.get("/readyz").status_code == 503
    finally:
        event.remove(db.engine, "connect", hang_up)
    assert client.get("/readyz").status_code == 200
    assert db.session.scalar(OWN_PID)


def test_a_connection_lost_after_the_answer_was_made_does_not_spoil_it(
    app: Flask, postgres: Postgres
) -> None:
    with app.app_context():
        pid = db.session.scalar(OWN_PID)
        cut_off(postgres, pid)
    with app.app_context():
        assert db.session.scalar(OWN_PID) != pid


def test_a_rollback_on_a_lost_connection_would_fail(app: Flask, postgres: Postgres) -> None:
    """The control."""
    cut_off(postgres, db.session.scalar(OWN_PID))
    with pytest.raises(OperationalError):
        db.session.rollback()
    db.session().invalidate()


def test_a_connection_that_still_works_is_used_again(app: Flask) -> None:
    pid = db.session.scalar(OWN_PID)
    db.session.remove()
    assert db.session.scalar(OWN_PID) == pid


def test_an_autocommit_connection_has_transactions_again_for_its_next_user(
    app: Flask,
) -> None:
    def share_a_transaction(executor: Session | Connection) -> bool:
        began = text("SELECT now()")
        return bool(executor.scalar(began) == executor.scalar(began))

    with autocommit() as connection:
        assert not share_a_transaction(connection)
    assert share_a_transaction(db.session())


def test_an_after_commit_callback_runs_once_and_not_after_a_rollback(app: Flask) -> None:
    session, done = db.session(), list[str]()

    def ring() -> None:
        done.append("rung")

    after_commit(session, ring)
    session.rollback()
    session.commit()
    assert done == []
    for _ in range(2):
        after_commit(session, ring)
    session.commit()
    session.commit()
    assert done == ["rung"]


def test_an_after_commit_callback_runs_once_at_the_end_of_a_plain_connection(app: Flask) -> None:
    done: list[str] = []

    def ring() -> None:
        done.append("rung")

    with plain_connection() as connection:
        for _ in range(2):
            connection.after_commit(ring)
        assert done == []
    with plain_connection():
        pass
    assert done == ["rung"]


def test_an_exception_drops_the_after_commit_callbacks_of_a_plain_connection(
    app: Flask,
) -> None:
    done: list[str] = []

    def fail() -> None:
        with plain_connection() as connection:
            connection.after_commit(lambda: done.append("rung"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with plain_connection():
        pass
    db.session.commit()
    assert done == []


def test_a_session_that_lost_its_connection_gets_another_after_its_rollback(
    app: Flask, postgres: Postgres
) -> None:
    session, done = db.session(), list[str]()
    pid = session.scalar(OWN_PID)
    after_commit(session, lambda: done.append("rung"))
    cut_off(postgres, pid)
    with pytest.raises(DATABASE_AWAY):
        driver_connection(session).execute("SELECT 1")
    session.rollback()
    assert session.scalar(OWN_PID) != pid
    session.commit()
    assert done == []


def test_a_plain_connection_commits_each_statement_and_its_next_user_has_transactions_again(
    app: Flask,
) -> None:
    began = "SELECT now()"
    with plain_connection() as plain:
        assert plain.execute(began).fetchone() != plain.execute(began).fetchone()
    assert db.session.scalar(text(began)) == db.session.scalar(text(began))
    assert driver_connection(db.session()) is plain


def test_a_lost_plain_connection_is_reported_as_such_and_not_used_again(
    app: Flask, postgres: Postgres
) -> None:
    def lose() -> None:
        with plain_connection() as connection:
            cut_off(postgres, connection.info.backend_pid)
            connection.execute("SELECT 1")

    with pytest.raises(DATABASE_AWAY):
        lose()
    with plain_connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("limit", ["idle_in_transaction_session_timeout", "transaction_timeout"])
def test_a_session_ended_for_its_transactions_length_is_reported_as_lost_and_replaced(
    app: Flask, limit: str
) -> None:
    session = db.session()
    pid = session.scalar(OWN_PID)
    with pytest.raises(DATABASE_AWAY):
        idle_too_long(session, limit)
    session.rollback()
    assert session.scalar(OWN_PID) != pid


def test_a_plain_connection_ended_for_idling_in_a_transaction_is_reported_as_lost_and_replaced(
    app: Flask,
) -> None:
    def idle() -> None:
        with plain_connection() as connection, connection.transaction():
            connection.execute("SET idle_in_transaction_session_timeout = 1")
            eventually(lambda: is_readable(connection))
            connection.execute("SELECT 1")

    with pytest.raises(DATABASE_AWAY):
        idle()
    with plain_connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_standby_in_place_of_the_database_counts_as_the_database_being_away(app: Flask) -> None:
    session = db.session()
    session.execute(text("SET LOCAL transaction_read_only = on"))
    with pytest.raises(DATABASE_AWAY):
        session.execute(text("DELETE FROM drafts"))


def test_a_page_that_idled_in_its_transaction_for_too_long_says_to_try_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as idle:
        idle.setattr("app.monitoring.metrics.canary_age", idle_too_long)
        answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert client.get("/metrics").status_code == 200


def test_only_one_process_at_a_time_is_alone_at_a_piece_of_work(
    app: Flask,
) -> None:
    def try_it() -> bool:
        with app.app_context(), alone_at("some work") as is_alone:
            return is_alone

    with ThreadPool(1) as another, alone_at("some work") as is_alone:
        assert is_alone
        assert not another.apply(try_it)
        with alone_at("other work") as is_alone_there:
            assert is_alone_there
    assert try_it()
