"""Pages that are the same for everybody are made once in each process, and kept as they go over
the wire. A browser that has one already is told so, and nothing is made."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, NamedTuple

from flask import Response, current_app, make_response, request, session
from flask.typing import ResponseReturnValue

from app.assets import keeps_files
from app.compression import FILE_QUALITY, SMALLEST_BYTES, accepted_encoding, compress
from app.languages.choice import present_language

FLASHED: Final = "_flashes"  # where Flask keeps what the next page has to say
PICTURES: Final = "image/"

View = Callable[..., ResponseReturnValue]


class Kept(NamedTuple):
    """An answer as it goes over the wire. The same page has the same tag in every encoding."""

    body: bytes
    etag: str
    headers: dict[str, str]


def kept(view: View) -> View:
    """Keep what the view makes: for each set of its arguments, each language and each encoding.

    It may look at nothing else of the request, its query included. What is no page, such as a 404,
    has to be raised.
    """

    @wraps(view)
    def answer(**arguments: Any) -> ResponseReturnValue:
        if session.get(FLASHED) or not keeps_files():
            return view(**arguments)
        encoding = accepted_encoding()
        key = (request.endpoint, *arguments.values(), present_language(), encoding)
        pages = current_app.extensions["kept_pages"]
        page = pages.get(key)
        if page is None:
            page = pages[key] = pack(make_response(view(**arguments)), encoding)
        return unpack(page)

    return answer


def pack(response: Response, encoding: str) -> Kept:
    response.add_etag(weak=True)
    response.cache_control.no_cache = True
    etag, _ = response.get_etag()
    body = response.get_data()
    if not (response.mimetype or "").startswith(PICTURES):
        response.vary.add("Accept-Encoding")
        if encoding and len(body) >= SMALLEST_BYTES:
            body = compress(body, encoding, FILE_QUALITY[encoding])
            response.content_encoding = encoding
    response.content_length = len(body)
    return Kept(body, etag or "", dict(response.headers))


def unpack(page: Kept) -> Response:
    """A repeated visit costs one question: has the page changed?"""
    if page.etag in request.if_none_match.as_set(include_weak=True):
        headers = {
            name: value for name, value in page.headers.items() if not name.startswith("Content-")
        }
        return Response(status=304, headers=headers)
    return Response(page.body, headers=page.headers)
