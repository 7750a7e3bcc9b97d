"""A site under https://: its cookies and headers keep browsers on https, whatever its proxy
says."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

INSIDE = "http://firm.example"
EVERYWHERE = ["/", "/apply", "/staff/login", "/no/such/page", "/healthz", "/articles/feed.xml"]


@pytest.fixture(scope="module")
def secure_site(migrated_app: Flask, site_with: Callable[..., Flask]) -> Flask:
    return site_with(BASE_URL="https://firm.example")


@pytest.fixture
def browser(secure_site: Flask) -> FlaskClient:
    """A browser whose requests come over http, as through a proxy that doesn't say it uses
    https."""
    return secure_site.test_client(use_cookies=False)


def test_after_one_visit_a_browser_comes_only_over_https(
    browser: FlaskClient, client: FlaskClient
) -> None:
    for path in EVERYWHERE:
        told = browser.get(path, base_url=INSIDE).headers["Strict-Transport-Security"]
        assert told == "max-age=31536000; includeSubDomains", path
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.parametrize(
    ("path", "name"), [("/staff/login", "__Host-session"), ("/?lang=de", "language")]
)
def test_every_cookie_is_secure_http_only_and_same_site(
    browser: FlaskClient, path: str, name: str
) -> None:
    (cookie,) = browser.get(path, base_url=INSIDE).headers.getlist("Set-Cookie")
    given, *attributes = cookie.split("; ")
    assert given.startswith(f"{name}=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)


def test_without_https_cookies_work_without_the_secure_flag(client: FlaskClient) -> None:
    client.get("/staff/login")
    client.get("/?lang=de")
    for name in ("session", "language"):
        cookie = client.get_cookie(name)
        assert cookie and cookie.http_only and not cookie.secure
