"""With MAINTENANCE set, every public page says so, and nobody loses what they typed."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

TYPED = 'Orders <wait> for "stock"\nand stock waits for orders.'
PUBLIC = ["/", "/articles/", "/apply", "/apply/problem", "/applications/nobody", "/nothing"]
OPEN = ["/healthz", "/staff/login"]


@pytest.fixture(scope="module")
def resting_site(migrated_app: Flask, site_with: Callable[..., Flask]) -> Flask:
    """The same site, on the same database, under maintenance."""
    return site_with(MAINTENANCE=True)


@pytest.fixture
def resting(app: Flask, resting_site: Flask) -> FlaskClient:
    """A visitor of the site under maintenance."""
    return resting_site.test_client()


class Hidden(HTMLParser):
    """The hidden fields of a page's form."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden":
            self.fields[str(given["name"])] = str(given["value"])


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_says_so_and_when_to_come_back(resting: FlaskClient, path: str) -> None:
    page = resting.get(path)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "300"
    assert "We are working on the site" in page.text
    assert "Send it again" not in page.text


@pytest.mark.parametrize("path", OPEN)
def test_the_staffs_and_the_operators_addresses_keep_working(
    resting: FlaskClient, path: str
) -> None:
    assert resting.get(path).status_code == 200


def test_a_program_gets_problem_details(resting: FlaskClient) -> None:
    answer = resting.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.get_json()["detail"] == "We are working on the site."


def test_what_was_typed_can_be_sent_again_from_the_maintenance_page(
    client: FlaskClient, resting: FlaskClient, session: Session
) -> None:
    form = Hidden(client.get("/apply/problem").text).fields
    resting.set_cookie("session", client.get_cookie("session").value)  # type: ignore[union-attr]
    page = resting.post("/apply/problem", data={**form, "problem": TYPED})
    assert page.status_code == 503
    assert 'action="/apply/problem' in page.text

    kept = Hidden(page.text).fields
    assert kept["problem"] == TYPED
    client.post("/apply/problem", data=kept)
    stored = session.scalar(text("SELECT answers->>'problem' FROM drafts"))
    assert stored == TYPED


def test_the_page_repeats_neither_a_password_nor_more_than_a_request_may_hold(
    resting: FlaskClient,
) -> None:
    assert "guess" not in resting.post("/staff/login", data={"password": "guess"}).text
    page = resting.post("/apply/problem", data={"problem": "word " * 60_000})
    assert page.status_code == 503 and "Send it again" not in page.text


def test_without_the_setting_every_page_works(client: FlaskClient) -> None:
    assert {client.get(path).status_code for path in ("/", "/apply", *OPEN)} == {200}
