"""Public pages are rendered once for all visitors, and cached apart by what they depend on."""

from collections.abc import Iterator

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient

BY_CHROMIUM = {"Accept-Encoding": "gzip, deflate, br, zstd"}
PATHS = ["/", "/articles/", "/articles/event-driven-architecture", "/engagements/sprint"]
PATHS += ["/articles/feed.xml", "/sitemap.xml", "/robots.txt"]


@pytest.fixture
def fresh(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A visitor of a site that has rendered no page yet."""
    monkeypatch.setitem(app.extensions, "kept_pages", {})
    return app.test_client()


@pytest.fixture
def made(app: Flask) -> Iterator[list[str]]:
    """The names of the templates that are rendered."""
    names: list[str] = []

    def note(_: Flask, template: object, **rest: object) -> None:
        names.append(str(template))

    with template_rendered.connected_to(note, app):
        yield names


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_rendered_once_and_not_sent_to_a_browser_that_has_it(
    fresh: FlaskClient, made: list[str], path: str
) -> None:
    first = fresh.get(path)
    assert first.status_code == 200 and len(made) == 1
    again = fresh.get(path)
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
    unchanged = fresh.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert unchanged.status_code == 304 and unchanged.data == b""
    assert unchanged.headers["ETag"] == first.headers["ETag"]
    assert len(made) == 1


def test_every_encoding_of_a_page_has_the_same_etag(fresh: FlaskClient) -> None:
    plain, packed = fresh.get("/"), fresh.get("/", headers=BY_CHROMIUM)
    assert packed.headers["Content-Encoding"] == "br" and len(packed.data) < len(plain.data)
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert "Accept-Encoding" in packed.vary and "Accept-Encoding" in plain.vary


def test_each_language_has_its_own_cached_pages_however_it_was_chosen(
    fresh: FlaskClient, made: list[str]
) -> None:
    def language(preferred: str, path: str = "/") -> str:
        return fresh.get(path, headers={"Accept-Language": preferred}).headers["Content-Language"]

    for _ in ("made", "kept"):
        assert language("") == language("fr") == "en"
        assert language("de-AT,de;q=0.9") == "de"
        assert language("en", "/?lang=de") == language("en") == "de"  # the cookie remembers it
        fresh.delete_cookie("language")
    assert len(made) == 2


def test_a_query_or_an_unknown_address_adds_nothing_to_the_cache(
    app: Flask, fresh: FlaskClient
) -> None:
    for number in range(5):
        assert fresh.get(f"/?number={number}").status_code == 200
        assert fresh.get(f"/articles/nothing-{number}").status_code == 404
        assert fresh.get(f"/nothing-{number}").status_code == 404
    assert len(app.extensions["kept_pages"]) == 1


def test_a_message_for_one_visitor_is_not_cached_for_others(fresh: FlaskClient) -> None:
    with fresh.session_transaction() as session:
        session["_flashes"] = [("message", "For one person")]
    assert "For one person" in fresh.get("/").text
    assert "For one person" not in fresh.get("/").text


def test_a_page_names_the_sites_own_address_whatever_host_was_requested(
    fresh: FlaskClient,
) -> None:
    page = fresh.get("/articles/", headers={"Host": "localhost:81"})
    assert '<link rel="canonical" href="http://localhost/articles/">' in page.text
