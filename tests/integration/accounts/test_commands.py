"""`flask staff …`, as the operator runs it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.pool import ThreadPool
from threading import Barrier

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.service import AlreadyStaff, add_first_staff, add_staff, sign_in
from app.platform.database import db
from tests.staff import browser_of

MAIL = "ada@champlin.example"


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_the_first_login_is_created_once_and_shown_once(
    runner: FlaskCliRunner, app: Flask, session: Session
) -> None:
    shown = runner.invoke(args=["staff", "first-login"])
    email, password = shown.output.split()
    assert email == app.config["SITE"].staff_recipients[0]
    assert sign_in(session, email, password)
    assert runner.invoke(args=["staff", "first-login"]).output == ""
    assert session.scalar(select(func.count()).select_from(Staff)) == 1


def test_an_account_that_several_hosts_request_at_once_is_created_once(
    app: Flask, session: Session
) -> None:
    """For instance when each host runs the command at its start: one prints the login, the others
    nothing."""
    assert at_once(app, lambda: bool(add_first_staff(db.session(), MAIL, "Ada"))) == [False, True]

    def add() -> bool:
        with suppress(AlreadyStaff):
            return bool(add_staff(db.session(), "grace@champlin.example", "Grace"))
        return False

    assert at_once(app, add) == [False, True]


def at_once(app: Flask, do: Callable[[], bool]) -> list[bool]:
    """The sorted results of two threads that do it at the same moment, and commit."""
    start = Barrier(2, timeout=30)

    def alone(_: int) -> bool:
        with app.app_context():
            start.wait()
            done = do()
            db.session.commit()
            return done

    with ThreadPool(2) as pool:
        return sorted(pool.map(alone, range(2)))


def test_an_added_member_of_staff_can_sign_in(runner: FlaskCliRunner, session: Session) -> None:
    shown = runner.invoke(args=["staff", "add", "Grace@Champlin.example", "Grace"])
    staff = sign_in(session, "grace@champlin.example", shown.output.strip())
    assert staff and staff.name == "Grace"


@pytest.mark.parametrize("args", [["add", "grace@champlin.example", "Gr\udce4ce"], ["r\udcff"]])
def test_an_argument_that_is_not_utf_8_is_refused(
    runner: FlaskCliRunner, session: Session, args: list[str]
) -> None:
    refused = runner.invoke(args=["staff", *args])
    assert refused.exit_code == 1
    assert refused.output.endswith("staff` is not UTF-8.\n")
    assert session.scalars(select(Staff)).all() == []


def test_an_address_can_have_only_one_account(runner: FlaskCliRunner, ada: Staff) -> None:
    shown = runner.invoke(args=["staff", "add", "ADA@champlin.example", "Ada"])
    assert shown.exit_code == 1
    assert "already has an account" in shown.output


@pytest.mark.parametrize(
    ("email", "name", "argument"),
    [
        ("", "", "EMAIL"),
        ("not an address", "Grace", "EMAIL"),
        (f"{'g' * 250}@b.example", "Grace", "EMAIL"),
        ("grace@champlin.example", " ", "NAME"),
        ("grace@champlin.example", "Grace\nHopper", "NAME"),
        ("grace@champlin.example", "G" * 81, "NAME"),
    ],
)
def test_an_account_that_nobody_could_sign_in_to_is_not_created(
    runner: FlaskCliRunner, session: Session, email: str, name: str, argument: str
) -> None:
    shown = runner.invoke(args=["staff", "add", email, name])
    assert shown.exit_code == 2 and f"Invalid value for {argument}" in shown.output
    assert session.scalar(select(func.count()).select_from(Staff)) == 0


def test_a_database_that_does_not_answer_is_reported_in_one_line(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("SELECT", {}, psycopg.errors.ConnectionTimeout("host=s3cr3t"))

    monkeypatch.setattr("app.accounts.commands.all_staff", refuse)
    shown = runner.invoke(args=["staff", "list"])
    assert shown.exit_code == 1
    assert shown.output.splitlines() == [
        "Error: The database does not answer (ConnectionTimeout). Is it up, and is DATABASE_URL"
        " right?"
    ]


def test_a_new_password_replaces_the_old_one(
    runner: FlaskCliRunner, ada: Staff, session: Session
) -> None:
    shown = runner.invoke(args=["staff", "password", "ada@champlin.example"])
    assert sign_in(session, "ada@champlin.example", "a sentence that only Ada knows") is None
    session.rollback()
    assert sign_in(session, "ada@champlin.example", shown.output.strip())


@pytest.mark.parametrize("command", ["password", "lock"])
def test_a_command_about_an_unknown_account_is_an_error(
    runner: FlaskCliRunner, command: str
) -> None:
    shown = runner.invoke(args=["staff", command, "eve@champlin.example"])
    assert shown.exit_code == 1
    assert "Nobody has an account" in shown.output


def test_a_locked_account_is_signed_out_and_lets_nobody_in(
    runner: FlaskCliRunner, app: Flask, ada: Staff, session: Session
) -> None:
    desk = browser_of(app, ada)
    assert desk.get("/staff/").status_code == 200
    assert runner.invoke(args=["staff", "lock", "ADA@champlin.example"]).exit_code == 0
    assert desk.get("/staff/").status_code == 302
    for guess in ("", "none", "a sentence that only Ada knows"):
        assert sign_in(session, ada.email, guess) is None
    session.rollback()
    password = runner.invoke(args=["staff", "password", ada.email]).output.strip()
    assert sign_in(session, ada.email, password)


def test_the_accounts_are_listed_with_their_last_login_and_whether_they_are_locked(
    runner: FlaskCliRunner, ada: Staff, session: Session
) -> None:
    runner.invoke(args=["staff", "add", "grace@champlin.example", "Grace Hopper"])
    runner.invoke(args=["staff", "lock", "grace@champlin.example"])
    ada.last_login_at = datetime(2026, 11, 28, 9, 5, tzinfo=UTC)
    session.commit()
    assert runner.invoke(args=["staff", "list"]).output.splitlines() == [
        "ada@champlin.example  Ada  signed in: 2026-11-28 09:05 UTC",
        "grace@champlin.example  Grace Hopper  signed in: never, locked",
    ]


def test_the_list_says_so_when_there_are_no_accounts(
    runner: FlaskCliRunner, session: Session
) -> None:
    assert "Nobody has an account yet" in runner.invoke(args=["staff", "list"]).output
