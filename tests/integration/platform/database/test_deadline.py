"""A frozen server still acknowledges packets, but applies no timeout: the client has to give up."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from app.platform.database import db
from app.platform.database.connection import driver_connection
from app.platform.database.deadline import ANSWER_TIMEOUT, lift_limit

OWN_PID = text("SELECT pg_backend_pid()")
LIMIT = text("SELECT current_setting('statement_timeout')")
BRIEF = 0.2


@contextmanager
def standing_still(connection: Connection) -> Iterator[None]:
    """Inside, the server process at the other end of the connection is stopped."""
    pid = connection.scalar(OWN_PID)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_query_to_a_frozen_server_times_out_and_the_next_gets_another_connection(
    app: Flask,
) -> None:
    with db.engine.connect() as connection:
        pid = connection.scalar(OWN_PID)
        driver_connection(connection).answer_within = BRIEF
        with standing_still(connection), pytest.raises(OperationalError, match="not answered"):
            connection.scalar(OWN_PID)
        assert connection.invalidated
    with db.engine.connect() as connection:
        assert connection.scalar(OWN_PID) != pid


def test_without_a_deadline_the_wait_would_last_until_the_server_resumes(app: Flask) -> None:
    """The control: other clients, who started later and wait longer than that, have given up by
    then."""
    with (
        db.engine.connect() as unbound,
        db.engine.connect() as connection,
        ThreadPoolExecutor(1) as thread,
    ):
        driver_connection(unbound).answer_within = None
        driver_connection(connection).answer_within = BRIEF
        with standing_still(unbound):
            waiting = thread.submit(unbound.scalar, OWN_PID)
            with standing_still(connection), pytest.raises(OperationalError):
                connection.scalar(OWN_PID)
            assert not waiting.done()
        assert waiting.result()


def test_a_transaction_without_a_limit_takes_its_time_and_the_next_has_the_limits(
    app: Flask,
) -> None:
    db.engine.dispose()  # so that the next connection taken is the only one
    with db.engine.connect() as connection:
        driver_connection(connection).answer_within = BRIEF
        lift_limit(connection)
        assert connection.scalar(LIMIT) == "0"
        connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": 2 * BRIEF})
    with db.engine.connect() as connection:
        assert driver_connection(connection).answer_within == ANSWER_TIMEOUT
        assert connection.scalar(LIMIT) == "5s"
