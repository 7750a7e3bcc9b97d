"""Connections that the server has closed meanwhile."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from app.database import commit_each_statement, db
from local.postgres import Postgres

OWN_PID = text("SELECT pg_backend_pid()")


@pytest.fixture(autouse=True)
def one_connection(app: Flask) -> None:
    """The pool holds nothing yet, so the next connection taken is the only one."""
    db.engine.dispose()


def test_a_connection_that_the_server_closed_is_replaced_unnoticed(
    app: Flask, postgres: Postgres
) -> None:
    pid = db.session.scalar(OWN_PID)
    db.session.remove()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        # It returns when the backend is gone, or after these milliseconds.
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert db.session.scalar(OWN_PID) != pid


def test_a_connection_that_still_stands_is_used_again(app: Flask) -> None:
    pid = db.session.scalar(OWN_PID)
    db.session.remove()
    assert db.session.scalar(OWN_PID) == pid


def test_statements_commit_each_only_until_the_next_commit(app: Flask) -> None:
    def share_a_transaction() -> bool:
        began = text("SELECT now()")
        first, second = db.session.scalar(began), db.session.scalar(began)
        db.session.commit()
        return bool(first == second)

    commit_each_statement(db.session())
    assert not share_a_transaction()
    assert share_a_transaction()
