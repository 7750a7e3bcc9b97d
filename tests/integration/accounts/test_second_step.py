"""The second step at sign-in: a code after the password, for staff who have set it up."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts import second_step, sessions
from app.accounts.models import Staff
from tests.authenticator import code_of
from tests.form_page import FormPage

Send = Callable[..., TestResponse]
PASSWORD = "a sentence that only Ada knows"
SETTINGS = "/staff/settings/second-step"
CODE_PAGE = "/staff/login/code"
RECOVERY_CODE = re.compile(r"<li><code>([a-z2-9-]+)</code></li>")
NOW = 1_796_000_000


class Clock:
    """The site's clock, in seconds since 1970."""

    def __init__(self) -> None:
        self.now = NOW

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(second_step, "time", clock)
    return clock


class Phone:
    """An authenticator app that knows the secret and shows a new code every half minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.secret = ""

    def code(self, *, ahead: int = 0) -> str:
        """The current code, or the one that many half minutes ahead."""
        return code_of(self.secret, self._clock.now + 30 * ahead)


@pytest.fixture
def phone(clock: Clock) -> Phone:
    return Phone(clock)


@pytest.fixture
def desk(app: Flask, ada: Staff, log_in: Send) -> FlaskClient:
    browser = app.test_client()
    log_in(browser)
    return browser


@pytest.fixture
def set_up(desk: FlaskClient, phone: Phone, send: Send) -> Callable[..., TestResponse]:
    """Scan the key and send the form, with a different code or password if given."""

    def set_up(*, code: str = "", password: str = PASSWORD) -> TestResponse:
        [phone.secret] = FormPage(desk.get(SETTINGS).text).values["secret"]
        typed = {"code": code or phone.code(), "current": password, "secret": phone.secret}
        return send(desk, SETTINGS, typed)

    return set_up


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/staff/settings/").status_code == 200


def test_once_it_is_set_up_the_password_alone_is_not_enough(
    app: Flask,
    desk: FlaskClient,
    phone: Phone,
    clock: Clock,
    log_in: Send,
    send: Send,
    set_up: Callable[..., TestResponse],
) -> None:
    other = app.test_client()
    log_in(other)
    assert set_up().status_code == 200
    assert is_signed_in(desk) and not is_signed_in(other)
    asked = log_in(other, url="/staff/login?next=/staff/events/")
    assert (asked.status_code, asked.location) == (303, f"{CODE_PAGE}?next=/staff/events/")
    assert not is_signed_in(other)
    clock.now += 30
    entered = send(other, asked.location, {"code": phone.code()})
    assert (entered.status_code, entered.location) == (303, "/staff/events/")
    assert is_signed_in(other)


@pytest.mark.parametrize("wrong", [{"code": "000 000"}, {"code": "ÿ" * 6}, {"password": "guess"}])
def test_setting_it_up_takes_the_password_and_a_code_from_the_key_shown(
    desk: FlaskClient,
    session: Session,
    ada: Staff,
    phone: Phone,
    set_up: Callable[..., TestResponse],
    wrong: dict[str, str],
) -> None:
    refused = set_up(**wrong)
    assert refused.status_code == 422
    assert FormPage(refused.text).values["secret"] == [phone.secret]
    session.refresh(ada)
    assert not ada.has_second_step


def test_a_wrong_password_and_a_missing_code_are_reported_together(
    desk: FlaskClient, send: Send
) -> None:
    [secret] = FormPage(desk.get(SETTINGS).text).values["secret"]
    refused = send(desk, SETTINGS, {"code": "", "current": "guess", "secret": secret})
    assert refused.status_code == 422
    for problem in ("This is not your password.", "Enter the code that the app shows."):
        assert problem in refused.text


def test_a_code_works_once_and_only_briefly_after_the_app_stops_showing_it(
    app: Flask,
    phone: Phone,
    clock: Clock,
    log_in: Send,
    send: Send,
    set_up: Callable[..., TestResponse],
) -> None:
    set_up()
    used = phone.code()
    browser = app.test_client()
    log_in(browser)
    for code in (used, phone.code(ahead=2), phone.code(ahead=-2), ""):
        refused = send(browser, CODE_PAGE, {"code": code})
        assert refused.status_code == 422 and not is_signed_in(browser)
    clock.now += 60
    late = phone.code(ahead=-1)
    assert send(browser, CODE_PAGE, {"code": f" {late[:3]} {late[3:]}"}).status_code == 303


def test_a_recovery_code_works_once_and_no_browser_caches_it(
    app: Flask, desk: FlaskClient, log_in: Send, send: Send, set_up: Callable[..., TestResponse]
) -> None:
    codes = RECOVERY_CODE.findall(set_up().text)
    assert len(set(codes)) == 8 and desk.get(SETTINGS).headers["Cache-Control"] == "no-store"
    for status in (303, 422):
        browser = app.test_client()
        log_in(browser)
        typed = {"code": codes[3].upper().replace("-", " ")}
        assert send(browser, CODE_PAGE, typed).status_code == status
    browser = app.test_client()
    log_in(browser)
    send(browser, CODE_PAGE, {"code": codes[0]})
    assert "6 recovery codes are left" in browser.get("/staff/settings/").text


def test_after_five_wrong_codes_even_a_right_one_is_refused(
    app: Flask,
    phone: Phone,
    clock: Clock,
    log_in: Send,
    send: Send,
    set_up: Callable[..., TestResponse],
) -> None:
    set_up()
    clock.now += 30
    browser = app.test_client()
    log_in(browser)
    for _ in range(5):
        assert send(browser, CODE_PAGE, {"code": "000000"}).status_code == 422
    refused = send(browser, CODE_PAGE, {"code": phone.code()})
    assert refused.status_code == 429 and "Too many tries" in refused.text
    assert not is_signed_in(browser)


def test_nobody_is_asked_for_a_code_before_giving_the_password(
    client: FlaskClient, send: Send, log_in: Send, ada: Staff
) -> None:
    assert client.get(CODE_PAGE).location == "/staff/login"
    token = FormPage(client.get("/staff/login").text).values["csrf_token"][0]
    sent = client.post(CODE_PAGE, data={"code": "000000", "csrf_token": token})
    assert (sent.status_code, sent.location) == (303, "/staff/login")


def test_taking_too_long_or_a_change_of_password_means_starting_again(
    app: Flask,
    ada: Staff,
    session: Session,
    log_in: Send,
    set_up: Callable[..., TestResponse],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up()
    slow, overtaken = app.test_client(), app.test_client()
    for browser in (slow, overtaken):
        log_in(browser)
        assert browser.get(CODE_PAGE).status_code == 200
    monkeypatch.setattr(sessions, "LONGEST_WAIT_SECONDS", -1)
    assert slow.get(CODE_PAGE).status_code == 302
    monkeypatch.undo()
    app.test_cli_runner().invoke(args=["staff", "password", ada.email])
    assert overtaken.get(CODE_PAGE).status_code == 302


def test_its_owner_can_turn_it_off_with_the_password(
    app: Flask, desk: FlaskClient, log_in: Send, send: Send, set_up: Callable[..., TestResponse]
) -> None:
    set_up()
    assert "Turn it off" in desk.get("/staff/settings/").text
    for password, status in (("guess", 422), (PASSWORD, 303)):
        page = FormPage(desk.get(SETTINGS).text)
        typed = {"current": password, "csrf_token": page.values["csrf_token"][0]}
        assert desk.post(f"{SETTINGS}/off", data=typed).status_code == status
    assert is_signed_in(desk)
    assert log_in(app.test_client()).location == "/staff/"


def test_an_operator_sees_who_has_it_and_can_turn_it_off(
    app: Flask, desk: FlaskClient, ada: Staff, log_in: Send, set_up: Callable[..., TestResponse]
) -> None:
    def run(*words: str) -> str:
        return app.test_cli_runner().invoke(args=["staff", *words]).output

    set_up()
    assert run("list").rstrip().endswith(", second step")
    assert "password alone" in run("second-step-off", "ADA@champlin.example")
    assert not is_signed_in(desk)
    assert log_in(app.test_client()).location == "/staff/"
    assert "Nobody has an account" in run("second-step-off", "nobody@champlin.example")


def test_where_the_settings_require_it_nobody_sees_the_desk_without_it(
    app: Flask,
    desk: FlaskClient,
    set_up: Callable[..., TestResponse],
    change_settings: Callable[..., None],
) -> None:
    change_settings(STAFF_SECOND_STEP=True)
    for path in ("/staff/", "/staff/settings/", "/staff/events/"):
        asked = desk.get(path)
        assert (asked.status_code, asked.location) == (303, SETTINGS)
    assert "Everyone here needs" in desk.get(SETTINGS).text
    assert desk.get("/").status_code == app.test_client().get("/staff/login").status_code == 200
    assert set_up().status_code == 200
    assert desk.get("/staff/").status_code == 200
