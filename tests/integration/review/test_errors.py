"""What a member of staff sees at an address that has no page."""

import uuid
from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.platform.database import db
from app.review.queue import views
from tests.integration.review.conftest import Submit

DESK_NAV = 'aria-label="Workspace"'
SITE_NAV = 'aria-label="Site"'


@pytest.mark.parametrize("button", ["decision", "messages"])
def test_opening_a_previews_address_again_redirects_to_the_application(
    desk: FlaskClient, client: FlaskClient, submit: Submit, button: str
) -> None:
    page = f"/staff/applications/{submit().id}"
    again = desk.get(f"{page}/{button}")
    assert (again.status_code, again.location) == (303, page)
    assert "/staff/login" in client.get(f"{page}/{button}").location


def test_opening_a_replays_address_again_redirects_to_the_endpoint(desk: FlaskClient) -> None:
    page = f"/staff/webhooks/{uuid.uuid4()}"
    again = desk.get(f"{page}/replay")
    assert (again.status_code, again.location) == (303, page)


@pytest.mark.parametrize(("path", "code"), [("/staff/nothing", 404), ("/staff/logout", 405)])
def test_signed_in_staff_see_an_error_within_the_staff_pages(
    desk: FlaskClient, client: FlaskClient, path: str, code: int
) -> None:
    at_desk = desk.get(path)
    assert at_desk.status_code == code and f"Error {code}" in at_desk.text
    assert DESK_NAV in at_desk.text and SITE_NAV not in at_desk.text
    assert "Ada Lovelace" in at_desk.text and "/lost-link" not in at_desk.text
    stranger = client.get(path)
    assert stranger.status_code == code
    assert SITE_NAV in stranger.text and DESK_NAV not in stranger.text


def test_staff_are_led_back_to_the_applications_and_anybody_else_to_the_home_page(
    desk: FlaskClient, client: FlaskClient
) -> None:
    assert "start again from the applications." in desk.get("/staff/nothing").text
    assert "start again from the home page." in client.get("/staff/nothing").text


@pytest.mark.parametrize(
    ("problem", "code"), [(KeyError("row"), 500), (OperationalError("", {}, Exception()), 503)]
)
def test_a_crash_is_shown_within_the_staff_pages_without_querying_the_database(
    app: Flask,
    desk: FlaskClient,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    problem: Exception,
    code: int,
) -> None:
    asked: list[str] = []

    def crash(*_: object) -> NoReturn:
        asked.clear()
        raise problem

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    monkeypatch.setattr(views, "queue_page", crash)
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        page = desk.get("/staff/")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert page.status_code == code and f"Error {code}" in page.text and asked == []
    assert DESK_NAV in page.text and SITE_NAV not in page.text
    assert "Ada Lovelace" not in page.text and "Sign out" not in page.text
    monkeypatch.setattr("app.accounts.views.show_login", crash)
    stranger = client.get("/staff/login")
    assert stranger.status_code == code
    assert SITE_NAV in stranger.text and DESK_NAV not in stranger.text


def test_an_error_on_a_public_page_looks_the_same_to_everybody(desk: FlaskClient) -> None:
    answer = desk.get("/nothing")
    assert answer.status_code == 404 and SITE_NAV in answer.text


def test_a_post_with_an_expired_token_is_refused_within_the_staff_pages(
    desk: FlaskClient, submit: Submit
) -> None:
    answer = desk.post(f"/staff/applications/{submit().id}/link", data={"csrf_token": "old"})
    assert answer.status_code == 400 and DESK_NAV in answer.text
