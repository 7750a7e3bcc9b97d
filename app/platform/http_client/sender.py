"""One POST to another server, and what came of it."""

import ssl
import time
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

import httpcore
import msgspec

from app.platform.database import utc_now
from app.platform.http_client.addresses import is_public, look_up
from app.platform.http_client.connection import (
    AddressRefused,
    GuardedNetwork,
    LookUp,
    NameNotFound,
    TlsFailed,
)

TOTAL_SECONDS = 15.0
MOST_READ = 64 * 1024  # enough to read a usual answer to its end
MOST_KEPT = 1024

ErrorKind = Literal[
    "address_refused",
    "name_not_found",
    "tls_failed",
    "not_reached",
    "timed_out",
    "cut_off",
    "not_http",
]


# In this order: a ConnectError is also a NetworkError.
_KINDS: dict[type[Exception], ErrorKind] = {
    AddressRefused: "address_refused",
    NameNotFound: "name_not_found",
    TlsFailed: "tls_failed",
    httpcore.TimeoutException: "timed_out",
    httpcore.ConnectError: "not_reached",
    httpcore.NetworkError: "cut_off",
    httpcore.ProtocolError: "not_http",
}

# Cached: it loads every certificate authority that the machine trusts.
trust_in_authorities = cache(ssl.create_default_context)


class Request(msgspec.Struct, frozen=True):
    url: str
    headers: dict[str, str]
    body: bytes


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Either a status or the kind of error that came instead. ``text`` is the beginning of the
    body; ``retry_after`` the seconds for which the server asked to be left alone, if it did."""

    started_at: datetime
    duration_ms: int
    status: int | None = None
    error: ErrorKind | None = None
    text: str = ""
    retry_after: float = 0.0

    @property
    def is_delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The server says that nobody wants messages at this address any more."""
        return self.status == 410


class Sender:
    """Sends over https, to public addresses only, unless ``allow_private``; the certificate has to
    be valid for the host. Follows no redirects and ignores proxies set in the environment."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        tls: ssl.SSLContext | None = None,
        look_up: LookUp = look_up,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._allow_private = allow_private
        self._is_allowed = (lambda _: True) if allow_private else is_public
        self._tls = tls or trust_in_authorities()
        self._look_up = look_up
        self._total_seconds = total_seconds

    def post(self, request: Request) -> Answer:
        """Send the request and return within ``total_seconds``, plus the time of the DNS lookup.

        The status decides: an answer whose body breaks off is still an answer.
        """
        started_at, started = utc_now(), time.monotonic()
        network = GuardedNetwork(self._look_up, self._is_allowed, started + self._total_seconds)
        status, error, retry_after, body = None, None, 0.0, b""
        try:
            if not (self._allow_private or urlsplit(request.url).scheme == "https"):
                raise AddressRefused
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=network) as pool,
                pool.stream(
                    "POST", request.url, headers=[*request.headers.items()], content=request.body
                ) as response,
            ):
                status, retry_after = response.status, _retry_after(response)
                for chunk in response.iter_stream():
                    body += chunk
                    if len(body) >= MOST_READ:
                        break
        except tuple(_KINDS) as failure:
            error = None if status else _kind_of(failure)
        return Answer(
            started_at=started_at,
            duration_ms=round((time.monotonic() - started) * 1000),
            status=status,
            error=error,
            text=readable(body[:MOST_KEPT]),
            retry_after=retry_after,
        )


def readable(body: bytes) -> str:
    """The body as text that can be stored and shown, whatever it contains."""
    text = body.decode("utf-8", errors="replace")
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) == "Cc" and character not in "\n\t\r"
        else character
        for character in text
    )


def _retry_after(response: httpcore.Response) -> float:
    """The seconds that the header asks for, as a number or as a date; 0 if it is neither."""
    headers = {name.lower(): value for name, value in response.headers}
    value = headers.get(b"retry-after", b"")
    if value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value.decode("ascii"))
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, (until - utc_now()).total_seconds())


def _kind_of(failure: Exception) -> ErrorKind:
    return next(kind for error, kind in _KINDS.items() if isinstance(failure, error))
