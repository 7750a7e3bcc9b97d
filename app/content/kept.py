"""A cache of pages that are the same for everybody: each is rendered once per process, and kept
compressed with its headers. A browser that already has the page gets a 304."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NamedTuple, cast

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.http import parse_etags

from app.platform.languages.choice import present_language, tell_language
from app.platform.settings import current_config
from app.web.compression import FILE_QUALITY, SMALLEST_BYTES, compress, encoding_among
from app.web.rendering import is_keepable
from app.web.security import security_headers

PICTURES: Final = "image/"

View = Callable[..., ResponseReturnValue]
Environ = dict[str, Any]
Headers = list[tuple[str, str]]


class Kept(NamedTuple):
    """A response as it is sent. A page has the same ETag in every encoding; ``unchanged`` are the
    headers of the 304."""

    body: bytes
    etag: str
    route: str
    headers: Headers
    unchanged: Headers

    def answer(self, environ: Environ) -> tuple[int, Headers, bytes]:
        """The status, headers and body for that request."""
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and (known == f'W/"{self.etag}"' or parse_etags(known).contains_weak(self.etag)):
            return 304, self.unchanged, b""
        return 200, self.headers, self.body


Keys = tuple[str, str, str]


def kept_pages(app: Flask) -> dict[Keys, Kept]:
    """The app's cache. Reloading the content empties it."""
    return cast(dict[Keys, Kept], app.extensions["kept_pages"])


def key_of(environ: Environ, language: str) -> Keys:
    """The cache key: the path without the query, the language, and the encoding."""
    encoding = encoding_among(environ.get("HTTP_ACCEPT_ENCODING", ""))
    return environ["PATH_INFO"], language, encoding


def kept(view: View) -> View:
    """Cache what the view returns. The view may depend only on its arguments and the language. It
    has to raise whatever should not be cached, such as a 404."""

    @wraps(view)
    def answer(**arguments: Any) -> ResponseReturnValue:
        if not is_keepable():
            return view(**arguments)
        pages, key = kept_pages(current_app), key_of(request.environ, present_language())
        if key not in pages:
            pages[key] = pack(make_response(view(**arguments)), key[-1])
        status, headers, body = pages[key].answer(request.environ)
        return Response(body, status, headers)

    return answer


def pack(response: Response, encoding: str) -> Kept:
    response.add_etag(weak=True)
    response.cache_control.no_cache = True
    tell_language(response)
    body = response.get_data()
    if not response.mimetype.startswith(PICTURES):  # type: ignore[union-attr]
        response.vary.add("Accept-Encoding")
        if encoding and len(body) >= SMALLEST_BYTES:
            body = compress(body, encoding, FILE_QUALITY[encoding])
            response.content_encoding = encoding
    response.content_length = len(body)
    for name, value in security_headers(current_config()).items():
        response.headers.setdefault(name, value)
    headers = [(name, value) for name, value in response.headers if name != "X-Request-ID"]
    unchanged = [(name, value) for name, value in headers if not is_about_body(name)]
    route = request.url_rule.rule if request.url_rule else ""
    return Kept(body, str(response.get_etag()[0]), route, headers, unchanged)


def is_about_body(header: str) -> bool:
    return header.startswith("Content-") and header != "Content-Security-Policy"
