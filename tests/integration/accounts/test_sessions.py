"""How long a session lasts: until its owner signs out or gets a new password, at most twelve
hours."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts import sessions
from app.accounts.models import Staff
from app.accounts.service import reset_password
from tests.form_page import FormPage, token_in

Send = Callable[..., TestResponse]
PASSWORD = "a sentence that only Ada knows"
NEW = "another sentence, also hers alone"


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/staff/settings/").status_code == 200


def sign_in_earlier(client: FlaskClient, *, hours: float) -> None:
    """Move the session's start back by that many hours."""
    with client.session_transaction() as session:
        session["signed_in_at"] -= int(hours * 3600)


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie
    return str(cookie.value)


def test_signing_in_discards_what_the_session_held(
    client: FlaskClient, ada: Staff, log_in: Send
) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    log_in(client)
    with client.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_ends_every_session_and_a_stolen_cookie_with_them(
    app: Flask, ada: Staff, log_in: Send, send: Send
) -> None:
    phone, desk, thief = app.test_client(), app.test_client(), app.test_client()
    log_in(phone)
    log_in(desk)
    thief.set_cookie("session", cookie_of(desk))
    assert is_signed_in(thief)
    token = desk.get("/staff/settings/").text.split('name="csrf_token"')[1].split('value="')[1]
    answer = desk.post("/staff/logout", data={"csrf_token": token.split('"')[0]})
    assert (answer.status_code, answer.location) == (303, "/staff/login")
    assert not any(is_signed_in(client) for client in (phone, desk, thief))


def test_a_new_password_ends_all_other_sessions_but_not_ones_own(
    app: Flask, ada: Staff, log_in: Send, send: Send
) -> None:
    phone, desk, thief = app.test_client(), app.test_client(), app.test_client()
    log_in(phone)
    log_in(desk)
    thief.set_cookie("session", cookie_of(desk))
    form = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert send(desk, "/staff/settings/", form).status_code == 303
    assert is_signed_in(desk)
    assert not is_signed_in(phone)
    assert not is_signed_in(thief)
    assert log_in(app.test_client()).status_code == 422
    assert log_in(app.test_client(), password=NEW).status_code == 303


def test_changing_a_password_requires_the_current_one(
    client: FlaskClient, ada: Staff, log_in: Send, send: Send
) -> None:
    log_in(client)
    form = {"current": "a guess", "new": NEW, "again": NEW}
    answer = send(client, "/staff/settings/", form)
    assert answer.status_code == 422
    assert "not your current password" in answer.text


def test_a_short_or_mistyped_new_password_is_refused(
    client: FlaskClient, ada: Staff, log_in: Send, send: Send
) -> None:
    log_in(client)
    short = {"current": PASSWORD, "new": "short", "again": "short"}
    assert "between 15 and 200" in send(client, "/staff/settings/", short).text
    mistyped = {"current": PASSWORD, "new": NEW, "again": NEW + "."}
    assert "not the same" in send(client, "/staff/settings/", mistyped).text


def test_a_password_set_by_an_operator_ends_every_session(
    client: FlaskClient, ada: Staff, log_in: Send, session: Session
) -> None:
    log_in(client)
    reset_password(session, "ada@champlin.example")
    session.commit()
    assert not is_signed_in(client)


def test_the_session_of_a_deleted_account_is_invalid(
    client: FlaskClient, ada: Staff, log_in: Send, session: Session
) -> None:
    log_in(client)
    session.delete(ada)
    session.commit()
    assert not is_signed_in(client)


def test_after_twelve_hours_staff_have_to_sign_in_again(
    client: FlaskClient, ada: Staff, log_in: Send
) -> None:
    log_in(client)
    sign_in_earlier(client, hours=11.9)
    assert is_signed_in(client)
    sign_in_earlier(client, hours=0.2)
    answer = client.get("/staff/settings/", follow_redirects=True)
    assert "Sign in to see that page." in answer.text
    assert log_in(client).status_code == 303
    assert is_signed_in(client)


def test_a_session_without_a_start_time_is_invalid(
    client: FlaskClient, ada: Staff, log_in: Send
) -> None:
    log_in(client)
    with client.session_transaction() as session:
        del session["signed_in_at"]
    assert not is_signed_in(client)


def test_a_new_password_starts_the_sessions_twelve_hours_again(
    client: FlaskClient, ada: Staff, log_in: Send, send: Send
) -> None:
    log_in(client)
    sign_in_earlier(client, hours=11.9)
    form = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert send(client, "/staff/settings/", form).status_code == 303
    sign_in_earlier(client, hours=0.2)
    assert is_signed_in(client)


def test_what_was_typed_when_the_session_ended_can_be_sent_after_signing_in_again(
    client: FlaskClient, ada: Staff, log_in: Send
) -> None:
    log_in(client)
    sign_in_earlier(client, hours=13)
    form = {"url": "https://client.example/", "description": "Their <ledger>"}
    kept = client.post("/staff/webhooks/new", data={**form, "csrf_token": "old"})
    assert kept.status_code == 401
    assert "You are signed out" in kept.text and 'action="/staff/webhooks/new"' in kept.text
    fields = FormPage(kept.text).values
    assert fields == {name: [value] for name, value in form.items()}
    log_in(client)
    again = client.post("/staff/webhooks/new", data=fields)
    assert again.status_code == 400
    assert "open for too long" in again.text and "Their &lt;ledger&gt;" in again.text


def test_a_page_that_polls_after_its_session_has_ended_is_reloaded(
    client: FlaskClient, ada: Staff, log_in: Send
) -> None:
    log_in(client)
    sign_in_earlier(client, hours=13)
    part = client.get("/staff/events/picture", headers={"HX-Request": "true"})
    assert (part.status_code, part.text, part.headers["HX-Refresh"]) == (401, "", "true")


def test_a_new_password_sent_after_the_session_ended_is_shown_on_no_page(
    client: FlaskClient, ada: Staff, log_in: Send
) -> None:
    log_in(client)
    token = token_in(client.get("/staff/settings/").text)
    sign_in_earlier(client, hours=13)
    form = {"current": PASSWORD, "new": NEW, "again": NEW, "csrf_token": token}
    answer = client.post("/staff/settings/", data=form)
    assert answer.location.startswith("/staff/login?next=")
    assert NEW not in answer.text


def test_a_new_password_sent_from_an_earlier_sessions_page_has_to_be_typed_again(
    client: FlaskClient, ada: Staff, log_in: Send, send: Send
) -> None:
    log_in(client)
    token = token_in(client.get("/staff/settings/").text)
    form = {"current": PASSWORD, "new": NEW, "again": NEW}
    stale = {**form, "csrf_token": token}
    client.delete_cookie("session")
    assert client.post("/staff/settings/", data=stale).location.startswith("/staff/login?next=")
    log_in(client)
    answer = client.post("/staff/settings/", data=stale)
    assert answer.status_code == 400 and NEW not in answer.text
    assert "Type the passwords once more." in answer.text and ada.name in answer.text
    assert send(client, "/staff/settings/", form).status_code == 303


def test_staff_like_everybody_get_a_503_while_the_database_is_away(
    client: FlaskClient, ada: Staff, log_in: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    log_in(client)
    monkeypatch.setattr(sessions, "find_staff_of_session", be_away)
    answer = client.get("/staff/settings/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
