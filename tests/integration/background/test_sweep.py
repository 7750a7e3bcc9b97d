"""The sweep: one task that looks for everything nobody was woken for."""

from collections.abc import Callable
from unittest.mock import Mock

import psycopg
import pytest
from flask import Flask
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from app.background.sweep import sweep
from app.erasures import tasks
from app.erasures.ledger import count_not_entered
from app.erasures.models import ErasureToEnter
from app.platform.database import new_id, utc_now


def test_a_look_that_fails_is_reported_and_keeps_none_of_the_others_from_theirs(
    session: Session, as_owner: Callable[[str], None]
) -> None:
    session.add(ErasureToEnter(person_id=new_id(), erased_at=utc_now()))
    session.commit()
    as_owner("ALTER TABLE mail_messages RENAME TO mislaid")
    try:
        with pytest.raises(ExceptionGroup) as failed:
            sweep()
    finally:
        as_owner("ALTER TABLE mislaid RENAME TO mail_messages")
    [error] = failed.value.exceptions
    assert isinstance(error, ProgrammingError)
    assert count_not_entered(session) == 0


def test_a_worker_says_in_one_line_what_is_wrong_with_the_database(
    app: Flask, as_owner: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "enter_erasures", Mock(side_effect=psycopg.OperationalError))
    as_owner("ALTER TABLE mail_messages RENAME TO mislaid")
    try:
        with capture_logs() as logs:
            assert sweep.apply().successful()
    finally:
        as_owner("ALTER TABLE mislaid RENAME TO mail_messages")
    [(event, error)] = [(line["event"], line["error"]) for line in logs]
    assert (event, error) == ("worker.database_unreachable", "OperationalError, UndefinedTable")


def test_a_worker_shows_in_full_what_else_goes_wrong(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "enter_erasures", Mock(side_effect=ZeroDivisionError))
    with capture_logs() as logs:
        assert isinstance(sweep.apply().result, ExceptionGroup)
    assert logs == []
