"""Two members of staff, and browsers to sign in with."""

from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts import passwords
from app.accounts.models import Staff
from app.accounts.passwords import hash_password
from tests.form_page import token_in
from tests.limits import reset_limits

PASSWORD = "a sentence that only Ada knows"

Send = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def no_tries_counted(app: Flask) -> None:
    reset_limits()


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make hashing cheap, so that signing in is fast; `test_cost_of_a_hash` tests the real cost."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
    passwords._hash_of_nobody.cache_clear()
    yield
    passwords._hash_of_nobody.cache_clear()


@pytest.fixture
def ada(session: Session, quick_hashes: None) -> Staff:
    staff = Staff(email="ada@champlin.example", name="Ada", password_hash=hash_password(PASSWORD))
    session.add(staff)
    session.commit()
    return staff


@pytest.fixture
def send() -> Send:
    """Send a page's form as a browser does, with the page's CSRF token."""

    def send(
        client: FlaskClient, url: str, data: dict[str, str], **options: object
    ) -> TestResponse:
        token = token_in(client.get(url).text)
        return client.post(url, data={**data, "csrf_token": token}, **options)

    return send


@pytest.fixture
def log_in(send: Send) -> Send:
    def log_in(
        client: FlaskClient,
        email: str = "ada@champlin.example",
        password: str = PASSWORD,
        url: str = "/staff/login",
        **options: object,
    ) -> TestResponse:
        return send(client, url, {"email": email, "password": password}, **options)

    return log_in
