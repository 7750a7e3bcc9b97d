"""Connecting to a server that somebody else named: to no private address, and not for ever."""

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from app.platform.http_client.addresses import IPAddress

LookUp = Callable[[str, int], list[IPAddress]]


class NameNotFound(Exception):
    """The host has no address."""


class AddressRefused(Exception):
    """The host has an address that must not be reached."""


class TlsFailed(Exception):
    """The certificate is not valid for the host, or the other side speaks no TLS."""


class GuardedNetwork(httpcore.NetworkBackend):
    """The network for one request. Each of the host's addresses has to be allowed, and the
    connection goes to the very address that was checked: a second lookup might return another.
    ``until`` (on the monotonic clock) is the deadline of the whole request.
    """

    def __init__(
        self, look_up: LookUp, is_allowed: Callable[[IPAddress], bool], until: float
    ) -> None:
        self._look_up = look_up
        self._is_allowed = is_allowed
        self._until = until
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises NameNotFound, AddressRefused, or what httpcore raises."""
        failure: httpcore.ConnectError | None = None
        for address in self._checked_addresses(host, port):
            left = seconds_until(self._until, httpcore.ConnectTimeout)
            try:
                stream = self._network.connect_tcp(
                    str(address), port, left, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
            else:
                return TimedStream(stream, self._until)
        raise failure or NameNotFound

    def _checked_addresses(self, host: str, port: int) -> list[IPAddress]:
        try:
            addresses = self._look_up(host, port)
        except (OSError, UnicodeError) as error:
            raise NameNotFound from error
        if not all(self._is_allowed(address) for address in addresses):
            raise AddressRefused
        return addresses


class TimedStream(httpcore.NetworkStream):
    """A connection on which no wait outlasts ``until``, however often the other side sends a
    byte."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, seconds_until(self._until, httpcore.ReadTimeout))
        if not data:  # httpcore would call this invalid HTTP, though nothing came
            raise httpcore.ReadError("The other side hung up.")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, seconds_until(self._until, httpcore.WriteTimeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = seconds_until(self._until, httpcore.ConnectTimeout)
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, left)
        except httpcore.ConnectError as error:
            raise TlsFailed from error
        return TimedStream(secured, self._until)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def seconds_until(until: float, timeout: type[httpcore.TimeoutException]) -> float:
    """The seconds left. Raises ``timeout`` if there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise timeout
    return left
