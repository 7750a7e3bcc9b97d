"""Cached pages are served ahead of Flask, and nobody can tell from the answer."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request, request_started
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.content import shortcut

PATHS = ["/", "/articles/event-driven-architecture", "/articles/feed.xml", "/picture.png"]
BY_CHROMIUM = {"Accept-Encoding": "gzip, deflate, br, zstd"}
OWN = {"X-Request-ID", "Date"}


@pytest.fixture
def in_flask(app: Flask) -> Iterator[list[str]]:
    """The paths of the requests that reach Flask."""
    paths: list[str] = []

    def note(_: Flask, **rest: object) -> None:
        paths.append(request.path)

    with request_started.connected_to(note, app):
        yield paths


def headers_of(answer: TestResponse) -> dict[str, str]:
    return {
        name: ", ".join(sorted(value.split(", "))) if name == "Vary" else value
        for name, value in answer.headers
        if name not in OWN
    }


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accepted", [{}, BY_CHROMIUM])
def test_the_shortcut_and_flask_give_the_same_answer(
    client: FlaskClient, in_flask: list[str], path: str, accepted: dict[str, str]
) -> None:
    client.get(path, headers=accepted)
    del in_flask[:]
    ahead = client.get(path, headers=accepted)
    assert in_flask == []
    client.set_cookie("session", "anything")
    through = client.get(path, headers=accepted)
    assert in_flask == [path]
    assert (ahead.status, ahead.data) == (through.status, through.data)
    assert headers_of(ahead) == headers_of(through)
    assert "Content-Security-Policy" in ahead.headers


def test_the_shortcut_and_flask_give_the_same_304(client: FlaskClient) -> None:
    tag = client.get("/").headers["ETag"]
    for known in (tag, f'"other", {tag}', "*"):
        ahead = client.get("/", headers={"If-None-Match": known})
        assert (ahead.status_code, ahead.data) == (304, b""), known
    assert client.get("/", headers={"If-None-Match": 'W/"other"'}).status_code == 200
    client.set_cookie("session", "anything")
    through = client.get("/", headers={"If-None-Match": tag})
    assert headers_of(ahead) == headers_of(through)


def test_a_head_request_gets_only_the_headers(client: FlaskClient) -> None:
    whole = client.get("/")
    head = client.head("/")
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))


def test_other_methods_and_hosts_are_left_for_flask_to_refuse(client: FlaskClient) -> None:
    client.get("/")
    assert client.post("/").status_code == 405
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_each_answer_has_its_own_request_id_and_a_log_line(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(PATHS[1])
    said: list[tuple[str, str | None, int]] = []

    def note(method: str, route: str | None, status: int, started_at: float | None) -> None:
        said.append((method, route, status))

    monkeypatch.setattr(shortcut, "log_request", note)
    ids = {client.get(PATHS[1]).headers["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2
    assert said == [("GET", "/articles/<slug>", 200)] * 2


def test_behind_a_trusted_proxy_its_request_id_is_kept(site_with: Callable[..., Flask]) -> None:
    client = site_with(TRUSTED_PROXIES=1).test_client()
    offered = {"X-Request-ID": "from-the-proxy", "X-Forwarded-Host": "localhost"}
    for _ in ("made", "kept"):
        page = client.get("/", headers={**offered, "Host": "inner:8000"})
        assert (page.status_code, page.headers["X-Request-ID"]) == (200, "from-the-proxy")
