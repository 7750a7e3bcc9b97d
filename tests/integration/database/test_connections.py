"""Connections that the server has closed meanwhile, and one that keeps others away."""

from multiprocessing.pool import ThreadPool

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.advisory_locks import alone_at
from app.database import (
    DATABASE_AWAY,
    Executor,
    after_commit,
    autocommit,
    db,
    plain_connection,
)
from app.database_deadline import driver_connection
from local.postgres import Postgres

OWN_PID = text("SELECT pg_backend_pid()")


@pytest.fixture(autouse=True)
def one_connection(app: Flask) -> None:
    """The pool holds nothing yet, so the next connection taken is the only one."""
    db.engine.dispose()


def cut_off(postgres: Postgres, pid: int | None) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        # It returns when the backend is gone, or after these milliseconds.
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_connection_that_the_server_closed_is_replaced_unnoticed(
    app: Flask, postgres: Postgres
) -> None:
    pid = db.session.scalar(OWN_PID)
    db.session.remove()
    cut_off(postgres, pid)
    assert db.session.scalar(OWN_PID) != pid


def test_a_connection_that_is_cut_off_after_the_answer_was_made_does_not_spoil_it(
    app: Flask, postgres: Postgres
) -> None:
    with app.app_context():
        pid = db.session.scalar(OWN_PID)
        cut_off(postgres, pid)
    with app.app_context():
        assert db.session.scalar(OWN_PID) != pid


def test_a_rollback_on_a_connection_that_is_cut_off_would_fail(
    app: Flask, postgres: Postgres
) -> None:
    """The control."""
    cut_off(postgres, db.session.scalar(OWN_PID))
    with pytest.raises(OperationalError):
        db.session.rollback()
    db.session().invalidate()


def test_a_connection_that_still_stands_is_used_again(app: Flask) -> None:
    pid = db.session.scalar(OWN_PID)
    db.session.remove()
    assert db.session.scalar(OWN_PID) == pid


def test_a_connection_on_which_each_statement_commits_has_transactions_again_for_the_next(
    app: Flask,
) -> None:
    def share_a_transaction(executor: Executor) -> bool:
        began = text("SELECT now()")
        return bool(executor.scalar(began) == executor.scalar(began))

    with autocommit() as connection:
        assert not share_a_transaction(connection)
    assert share_a_transaction(db.session())


def test_what_is_done_after_a_commit_is_done_once_at_the_end_of_such_statements(app: Flask) -> None:
    done: list[str] = []

    def ring() -> None:
        done.append("rung")

    with autocommit() as connection:
        for _ in range(2):
            after_commit(connection, ring)
        assert done == []
    with autocommit():
        pass
    assert done == ["rung"]


def test_a_connection_that_is_lost_among_such_statements_is_told_as_that_and_forgets_them(
    app: Flask, postgres: Postgres
) -> None:
    done: list[str] = []

    def lose() -> None:
        with autocommit() as connection:
            after_commit(connection, lambda: done.append("rung"))
            cut_off(postgres, connection.scalar(OWN_PID))
            connection.scalar(OWN_PID)

    with pytest.raises(OperationalError):
        lose()
    with autocommit() as connection:
        connection.scalar(OWN_PID)
    assert done == []


def test_an_exception_among_such_statements_forgets_what_was_to_be_done_after_them(
    app: Flask,
) -> None:
    done: list[str] = []

    def fail() -> None:
        with autocommit() as connection:
            after_commit(connection, lambda: done.append("rung"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with autocommit():
        pass
    assert done == []


def test_the_plain_connection_is_one_throughout_and_has_transactions_again_for_the_next(
    app: Flask,
) -> None:
    began = "SELECT now()"
    with plain_connection() as outer:
        with plain_connection() as inner:
            assert inner is outer
            first = inner.execute(began).fetchone()
        assert outer.execute(began).fetchone() != first
    assert db.session.scalar(text(began)) == db.session.scalar(text(began))
    assert driver_connection(db.session()) is outer


def test_a_plain_connection_that_is_lost_is_told_as_that_and_not_used_again(
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


def test_of_all_that_want_to_be_alone_at_some_work_one_is_and_the_next_when_it_has_ended(
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
