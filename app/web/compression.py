"""Compressing responses, as far as the browser accepts it: with Brotli, or else gzip.

A staff page with a query string is sent uncompressed. It shows a search beside other people's data;
another site can make a browser follow a link to it, cookie and all, and the length of the response
would tell an eavesdropper which words the two have in common (the BREACH attack). No other page
shows what is in its address, and the token of its forms changes every second.
"""

import gzip
from functools import cache, lru_cache
from typing import Final

import brotli
from flask import Flask, Response, request
from werkzeug.http import parse_accept_header

SMALLEST_BYTES: Final = 500
# Done for each response: takes a quarter of the time of 5, for a page a tenth larger.
PAGE_QUALITY: Final = {"br": 3, "gzip": 4}
FILE_QUALITY: Final = {"br": 11, "gzip": 9}
STAFF_PAGES: Final = "/staff/"
# Pages, and what programs read.
TEXTS: Final = {"text/html", "application/atom+xml", "application/json", "application/schema+json"}


def init_compression(app: Flask) -> None:
    app.after_request(compress_text)


def compress_text(response: Response) -> Response:
    """Compress a complete text, if the browser accepts that."""
    if (
        response.mimetype not in TEXTS
        or response.is_streamed
        or response.content_encoding
        or is_search_of_staff()
        or (response.content_length or 0) < SMALLEST_BYTES
    ):
        return response
    response.vary.add("Accept-Encoding")
    if encoding := accepted_encoding():
        response.set_data(compress(response.get_data(), encoding, PAGE_QUALITY[encoding]))
        response.content_encoding = encoding
        # The same tag for the same page, however it is encoded.
        if etag := response.get_etag()[0]:
            response.set_etag(etag, weak=True)
    return response


def is_search_of_staff() -> bool:
    """Whether the page can show something from its address beside other people's data."""
    return bool(request.query_string) and request.path.startswith(STAFF_PAGES)


def accepted_encoding() -> str:
    """ "br", "gzip" or "", as the request says."""
    return encoding_among(request.headers.get("Accept-Encoding", ""))


@lru_cache(256)
def encoding_among(accepted: str) -> str:
    """The same, from the header alone."""
    qualities = parse_accept_header(accepted)
    return next((one for one in FILE_QUALITY if qualities[one] > 0), "")


@cache
def compress_file(plain: bytes, encoding: str) -> bytes:
    """As small as possible, once per content."""
    return compress(plain, encoding, FILE_QUALITY[encoding])


def compress(plain: bytes, encoding: str, quality: int) -> bytes:
    if encoding == "br":
        return brotli.compress(plain, quality=quality)
    return gzip.compress(plain, quality, mtime=0)
