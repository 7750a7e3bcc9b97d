"""The parts that pages share are rendered once, and each page looks as if rendered entirely for
itself."""

import re
from collections.abc import Hashable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.web import kept_parts
from app.web.kept_parts import KeptParts
from tests.form_page import FormPage
from tests.staff import browser_of, employ

GERMAN = {"Accept-Language": "de"}
# In every section and in none, on index pages and below, at addresses that exist and that don't.
PATHS = [
    *("/", "/apply", "/apply/you", "/apply/system", "/apply/problem", "/apply/problem?lang=de"),
    *("/apply/system?back_to_review=yes", "/apply/nothing", "/apply/nothing/at/all"),
    *(
        "/articles/",
        "/articles/nothing",
        "/articles/nothing/at/all",
        "/labs/",
        "/engagements/sprint",
    ),
    *("/status/nobody", "/lost-link", "/staff/login", "/nothing", "/nothing/apply"),
]

Kept = dict[tuple[Hashable, ...], str]


@pytest.fixture
def kept(app: Flask) -> Kept:
    """The site's cache of parts, empty."""
    extension = app.jinja_env.extensions[KeptParts.identifier]
    assert isinstance(extension, KeptParts)
    extension.kept.clear()
    return extension.kept


def lasting(page: str) -> str:
    """The page without what differs at each request."""
    page = re.sub(r'(name="(?:csrf_token|save_id)" value=")[^"]*', r"\1", page)
    return re.sub(r"[0-9a-f]{32}", "", page)


def test_a_page_with_cached_parts_equals_a_freshly_rendered_one_for_every_visitor(
    app: Flask, kept: Kept, session: Session
) -> None:
    staff = employ(session, "Ada")
    session.commit()

    def look(path: str, language: str) -> str:
        client = browser_of(app, staff) if language == "staff" else app.test_client()
        page = client.get(path, headers=GERMAN if language == "de" else None)
        return lasting(page.text)

    looks = [(path, language) for path in PATHS for language in ("en", "de", "staff", "en")]
    from_kept = [look(*one) for one in (*looks, *reversed(looks))][len(looks) :]
    assert len(kept) > len(PATHS)
    for one, page in zip(reversed(looks), from_kept, strict=True):
        kept.clear()
        assert look(*one) == page, one


def test_each_part_is_rendered_once_per_language(client: FlaskClient, kept: Kept) -> None:
    client.get("/apply/system")
    english = dict(kept)
    client.get("/apply/system", headers=GERMAN)
    both = dict(kept)
    assert len(both) == 2 * len(english) > 10
    for _ in range(2):
        client.get("/apply/system")
        client.get("/apply/system", headers=GERMAN)
    assert kept == both


def test_a_made_up_address_adds_nothing_to_the_cache(client: FlaskClient, kept: Kept) -> None:
    client.get("/one")
    client.get("/articles/one")
    before = dict(kept)
    for path in ("/two", "/three/four", "/articles/five", "/articles/six/seven"):
        assert client.get(path).status_code == 404
    assert kept == before


def test_a_message_for_one_visitor_is_not_shown_to_another(app: Flask, kept: Kept) -> None:
    told, other = app.test_client(), app.test_client()
    with told.session_transaction() as theirs:
        theirs["_flashes"] = [("message", "Only for you")]
    assert "Only for you" in told.get("/apply/system").text
    for visitor in (told, other):
        assert "Only for you" not in visitor.get("/apply/system").text


def test_each_browser_gets_its_own_token_in_a_cached_page(app: Flask, kept: Kept) -> None:
    tokens = set()
    for _ in range(3):
        page = FormPage(app.test_client().get("/apply/system").text)
        tokens.add(page.values["csrf_token"][0])
    assert len(tokens) == 3
    for part in kept.values():
        assert "csrf_token" not in part


def test_in_development_nothing_is_cached(
    client: FlaskClient, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_parts, "keeps_files", lambda: False)
    assert client.get("/apply/system").status_code == 200
    assert kept == {}
