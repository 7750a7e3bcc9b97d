"""Signing in: what lets a person in, what does not, and how many tries are allowed."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import Staff
from tests.form_page import token_in
from tests.integration.accounts.conftest import PASSWORD

LogIn = Callable[..., TestResponse]
WRONG = "not the password of anybody"


def try_from_all_over(app: Flask, email: str) -> int:
    """How many of 101 tries for the address, each from a different network, are allowed."""
    form = {"email": email, "password": WRONG}
    answers = [
        app.test_client().post(
            "/staff/login", data=form, environ_base={"REMOTE_ADDR": f"10.1.0.{n}"}
        )
        for n in range(101)
    ]
    return sum(answer.status_code != 429 for answer in answers)


def test_the_right_password_opens_the_queue(
    client: FlaskClient, ada: Staff, log_in: LogIn, session: Session
) -> None:
    answer = log_in(client)
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert client.get("/staff/").status_code == 200
    session.refresh(ada)
    assert ada.last_login_at is not None


def test_after_signing_in_staff_see_when_they_last_signed_in(
    client: FlaskClient, app: Flask, ada: Staff, log_in: LogIn, session: Session
) -> None:
    log_in(client)
    assert "Signed in before this" in client.get("/staff/settings/").text
    assert "Never" in client.get("/staff/settings/").text
    ada.last_login_at = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
    session.commit()
    other = app.test_client()
    log_in(other)
    assert "27 Nov 2026, 04:05 EST" in other.get("/staff/settings/").text


def test_the_email_address_may_be_typed_in_any_case(
    client: FlaskClient, ada: Staff, log_in: LogIn
) -> None:
    assert log_in(client, email=" ADA@Champlin.Example ").status_code == 303


def test_an_unknown_address_and_a_wrong_password_get_the_same_page(
    client: FlaskClient, ada: Staff, log_in: LogIn
) -> None:
    def page(email: str) -> str:
        answer = log_in(client, email=email, password=WRONG)
        assert answer.status_code == 422
        return re.sub(r'value="[^"]+"', "", answer.text)  # the address, and a fresh token

    assert page("ada@champlin.example") == page("eve@champlin.example")


@pytest.mark.parametrize("email", ["", "ada@champlin.example\x00", "a" * 300, "' OR 1=1 --"])
def test_no_malformed_email_address_breaks_the_page(
    client: FlaskClient, ada: Staff, log_in: LogIn, email: str
) -> None:
    assert log_in(client, email=email, password=WRONG).status_code == 422


def test_input_that_is_too_long_is_refused_with_the_sites_own_messages(
    client: FlaskClient, log_in: LogIn
) -> None:
    answer = log_in(client, email="a" * 10_000, password="b" * 10_000)
    assert "Use at most 254 characters." in answer.text
    assert "Use at most 200 characters." in answer.text and "b" * 10 not in answer.text


def test_a_body_that_is_not_a_form_signs_nobody_in(client: FlaskClient, ada: Staff) -> None:
    token = token_in(client.get("/staff/login").text)
    known = {"email": ada.email, "password": PASSWORD, "csrf_token": token}
    assert client.post("/staff/login", json=known).status_code == 400
    assert client.get("/staff/").status_code == 302


def test_the_sixth_failure_for_an_address_is_refused_even_with_the_right_password(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    for _ in range(5):
        assert log_in(app.test_client(), password=WRONG).status_code == 422
    answer = log_in(app.test_client())
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text
    assert f'value="{ada.email}"' in answer.text and WRONG not in answer.text


def test_failures_from_elsewhere_do_not_lock_the_owner_of_an_address_out(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    answers = [log_in(app.test_client(), password=WRONG, environ_base=elsewhere) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert log_in(app.test_client()).status_code == 303


def test_at_most_a_hundred_tries_for_an_address_are_allowed_from_all_networks_together(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    """Its owner still gets in, with a browser in which they have signed in before."""
    desk, phone = app.test_client(), app.test_client()
    assert log_in(desk).status_code == 303
    assert try_from_all_over(app, "ada@champlin.example") == 99
    assert log_in(phone).status_code == 429
    desk.delete_cookie("session")
    assert log_in(desk).status_code == 303


def test_a_browser_is_known_only_for_the_address_that_signed_in_there(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    desk = app.test_client()
    log_in(desk)
    desk.delete_cookie("session")
    assert try_from_all_over(app, "eve@champlin.example") == 100
    assert log_in(desk, email="eve@champlin.example", password=WRONG).status_code == 429


def test_a_browser_stays_known_after_the_secret_key_is_changed_with_the_old_one_given(
    app: Flask, site_with: Callable[..., Flask], ada: Staff, log_in: LogIn
) -> None:
    desk = app.test_client()
    log_in(desk)
    known = desk.get_cookie("known_browser", path="/staff/login")
    assert known
    before = app.config["SITE"].SECRET_KEY
    moved = site_with(SECRET_KEY="the secret after this one", SECRET_KEY_BEFORE=before)
    assert try_from_all_over(moved, "ada@champlin.example") == 99
    desk = moved.test_client()
    desk.set_cookie("known_browser", known.value, path="/staff/login")
    assert log_in(desk).status_code == 303


def test_a_forged_cookie_does_not_make_a_browser_known(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    assert try_from_all_over(app, "ada@champlin.example") == 100
    phone = app.test_client()
    phone.set_cookie("known_browser", "WyJhIiwiYiJd.aaaaaa.bbbb", path="/staff/login")
    assert log_in(phone).status_code == 429


def test_a_refusal_does_not_reveal_whether_the_account_exists(app: Flask, ada: Staff) -> None:
    assert try_from_all_over(app, "ada@champlin.example") == 100
    assert try_from_all_over(app, "nobody@champlin.example") == 100


def test_twenty_simultaneous_tries_are_each_counted(app: Flask, ada: Staff, log_in: LogIn) -> None:
    def try_once(_: int) -> int:
        return log_in(app.test_client(), password=WRONG).status_code

    with ThreadPoolExecutor(max_workers=20) as pool:
        answers = sorted(pool.map(try_once, range(20)))
    assert answers == [422] * 5 + [429] * 15


def test_the_addresses_of_one_ipv6_network_are_counted_as_one(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    def try_from(address: str) -> int:
        elsewhere = {"REMOTE_ADDR": address}
        return log_in(app.test_client(), password=WRONG, environ_base=elsewhere).status_code

    answers = [try_from(f"2001:db8::{number:x}") for number in range(6)]
    assert answers == [422] * 5 + [429]
    assert try_from("2001:db8:0:1::1") == 422


def test_changing_the_case_of_an_address_gains_no_further_tries(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    spellings = ["ada@champlin.example", "Ada@champlin.example", " ADA@champlin.example"] * 2
    answers = [log_in(app.test_client(), email=email, password=WRONG) for email in spellings]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]


def test_a_successful_login_resets_the_count_of_failures(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    for _ in range(2):
        for _ in range(4):
            assert log_in(app.test_client(), password=WRONG).status_code == 422
        assert log_in(app.test_client()).status_code == 303


def test_the_eleventh_try_in_a_minute_from_one_place_is_refused(
    app: Flask, ada: Staff, log_in: LogIn
) -> None:
    answers = [
        log_in(app.test_client(), email=f"nobody{number}@champlin.example", password=WRONG)
        for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "////evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/%09/evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "//[",
        "staff/",
        "/nowhere",
        "/staff/logout",
    ],
)
def test_a_next_address_that_is_not_ours_leads_to_the_queue(
    client: FlaskClient, ada: Staff, log_in: LogIn, address: str
) -> None:
    login = client.application.url_map.bind("localhost").build("accounts.login", {"next": address})
    assert log_in(client, url=login).location == "/staff/"


def test_a_next_address_that_is_ours_is_followed(
    client: FlaskClient, ada: Staff, log_in: LogIn
) -> None:
    asked = client.get("/staff/events/?from=mail")
    assert asked.location == "/staff/login?next=%2Fstaff%2Fevents%2F%3Ffrom%3Dmail"
    assert log_in(client, url=asked.location).location == "/staff/events/?from=mail"


def test_an_expired_token_is_explained_and_the_typed_address_kept(
    client: FlaskClient, ada: Staff
) -> None:
    data = {"email": "ada@champlin.example", "password": "x", "csrf_token": "old"}
    answer = client.post("/staff/login", data=data)
    assert answer.status_code == 400
    assert "open for too long" in answer.text
    assert 'value="ada@champlin.example"' in answer.text


def test_an_older_login_page_lets_in_someone_who_has_signed_in_in_another_tab(
    client: FlaskClient, ada: Staff, log_in: LogIn
) -> None:
    older = token_in(client.get("/staff/login").text)
    log_in(client)
    known = {"email": ada.email, "password": PASSWORD, "csrf_token": older}
    assert client.post("/staff/login?next=/staff/events/", data=known).location == "/staff/events/"
