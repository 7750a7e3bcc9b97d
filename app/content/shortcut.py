"""WSGI middleware that answers from the cache before Flask, whose own work costs several times
more.

Some requests go to Flask anyway: those with a session, since the next page may have a message for
them; those for another host, which Flask may refuse; those whose address chooses a language, which
is remembered; and all while traces are collected, since Flask starts the span.
"""

import time
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication

from flask import Flask
from werkzeug.http import parse_cookie

from app.content.kept import Environ, Kept, kept_pages, key_of
from app.events.tracing import start_trace
from app.logs import log_request
from app.platform.languages.choice import COOKIE, PARAMETER, choose_among, languages_of
from app.web.request_trace import offered_trace
from config import Config


def init_shortcut(app: Flask, config: Config) -> None:
    """Must be called before init_security, so that it runs inside the middleware for proxies."""
    app.wsgi_app = Shortcut(app, app.wsgi_app, config)  # type: ignore[method-assign]


class Shortcut:
    """The middleware; ``flask`` answers everything that is not in the cache."""

    def __init__(self, app: Flask, flask: WSGIApplication, config: Config) -> None:
        self._app = app
        self._flask = flask
        self._config = config
        self._host = urlsplit(config.BASE_URL).netloc.lower()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        started_at = time.perf_counter()
        page = self._find(environ)
        if page is None:
            return self._flask(environ, start_response)
        request_id = start_trace(offered_trace(environ, self._config)[1])
        status, headers, body = page.answer(environ)
        log_request(environ["REQUEST_METHOD"], page.route, status, started_at)
        line = f"{status} {HTTPStatus(status).phrase}"
        start_response(line, [*headers, ("X-Request-ID", request_id)])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    def _find(self, environ: Environ) -> Kept | None:
        if (
            environ["REQUEST_METHOD"] not in {"GET", "HEAD"}
            or environ.get("HTTP_HOST", "").lower() != self._host
            or self._app.extensions["tracer"]
            or f"{PARAMETER}=" in environ.get("QUERY_STRING", "")
            or self._app.config["SESSION_COOKIE_NAME"] in environ.get("HTTP_COOKIE", "")
        ):
            return None
        chosen = parse_cookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
        preferred = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        offered = languages_of(self._app)
        language = choose_among(offered, environ["PATH_INFO"], (chosen,), preferred)
        return kept_pages(self._app).get(key_of(environ, language))
