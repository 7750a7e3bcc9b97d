"""Runs the bare view beside the site, on the same web server with the same settings."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg

from benchmarks.bare import ETAG, cookie_and_token
from benchmarks.load import drive, form_post, page_get
from benchmarks.sample import TABLES
from benchmarks.turns import Load
from benchmarks.web_server import web_server
from local.ports import free_port


class BareView:
    """`benchmarks/bare.py`, served on a port."""

    def __init__(self, port: int) -> None:
        self._port = port

    def submit(self, path: str, count: int, connections: int) -> Load:
        cookie, token = cookie_and_token()
        body = f"csrf_token={token}&draft_version=5&consent=yes"
        request = form_post(path, self._port, body, cookie)
        return drive(self._port, [request] * count, connections=connections, expected=303)

    def send(self, drafts: Sequence[str], questions_version: str, connections: int) -> Load:
        """Send these drafts with the site's own two statements."""
        cookie, token = cookie_and_token()
        common = {"csrf_token": token, "questions_version": questions_version, "consent": "yes"}
        requests = [
            form_post(
                "/form-and-the-sites-statements",
                self._port,
                urlencode({**common, "draft": draft}),
                cookie,
            )
            for draft in drafts
        ]
        return drive(self._port, requests, connections=connections, expected=303)

    def get_page(self, count: int, connections: int) -> Load:
        requests = [page_get("/page", self._port)] * count
        return drive(self._port, requests, connections=connections, expected=200)

    def get_known_page(self, count: int, connections: int) -> Load:
        """Request the page with its ETag, which has not changed."""
        requests = [page_get("/page-with-a-tag", self._port, etag=f'"{ETAG}"')] * count
        return drive(self._port, requests, connections=connections, expected=304)

    def autosave(self, body: str, count: int, connections: int) -> Load:
        """Send forms that are only read and answered with "Saved"."""
        requests = [form_post("/saved", self._port, body)] * count
        return drive(self._port, requests, connections=connections, expected=200)


@contextmanager
def bare_view(settings: Mapping[str, str], folder: Path) -> Iterator[BareView]:
    """The bare view, on the site's database with two tables of its own."""
    with psycopg.connect(settings["OWNER_DATABASE_URL"]) as connection:
        connection.execute(TABLES)
    port = free_port()
    process = web_server("bare", "benchmarks.bare:app", port, settings, folder / "bare.log")
    process.start()
    try:
        yield BareView(port)
    finally:
        process.stop()
