"""`flask staff …`, as the operator runs it."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.service import sign_in


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_the_first_login_is_made_once_and_shown_once(
    runner: FlaskCliRunner, app: Flask, session: Session
) -> None:
    shown = runner.invoke(args=["staff", "first-login"])
    email, password = shown.output.split()
    assert email == app.config["SITE"].staff_recipients[0]
    assert sign_in(session, email, password)
    assert runner.invoke(args=["staff", "first-login"]).output == ""
    assert session.scalar(select(func.count()).select_from(Staff)) == 1


def test_an_added_member_of_staff_can_sign_in(runner: FlaskCliRunner, session: Session) -> None:
    shown = runner.invoke(args=["staff", "add", "Grace@Champlin.example", "Grace"])
    staff = sign_in(session, "grace@champlin.example", shown.output.strip())
    assert staff and staff.name == "Grace"


def test_an_address_gets_one_account(runner: FlaskCliRunner, ada: Staff) -> None:
    shown = runner.invoke(args=["staff", "add", "ADA@champlin.example", "Ada"])
    assert shown.exit_code == 1
    assert "has an account already" in shown.output


def test_a_new_password_replaces_the_old_one(
    runner: FlaskCliRunner, ada: Staff, session: Session
) -> None:
    shown = runner.invoke(args=["staff", "password", "ada@champlin.example"])
    assert sign_in(session, "ada@champlin.example", "a sentence that only Ada knows") is None
    session.rollback()
    assert sign_in(session, "ada@champlin.example", shown.output.strip())


def test_a_password_for_nobody_is_an_error(runner: FlaskCliRunner) -> None:
    shown = runner.invoke(args=["staff", "password", "eve@champlin.example"])
    assert shown.exit_code == 1
    assert "Nobody has an account" in shown.output
