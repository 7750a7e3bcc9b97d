"""A cheap load generator: keep-alive connections that send prepared requests."""

import selectors
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.turns import Load, percentiles
from local.ports import HOST

LONGEST_WAIT = 30.0


class Connection:
    """One keep-alive connection, with one request in flight at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), LONGEST_WAIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        self._answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The response once it is complete; None if more of it is still to come."""
        part = self.socket.recv(1 << 16)
        assert part, f"The server closed the connection after {self._answer!r}."
        self._answer += part
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return None
        _, _, after = head.lower().partition(b"\r\ncontent-length:")
        length = int(after.partition(b"\r\n")[0] or 0)  # 204 and 304 have none
        return self._answer if len(body) >= length else None


def fetch(port: int, request: bytes) -> tuple[bytes, bytes]:
    """Send the request; return the head and the body of the response."""
    connection = Connection(port)
    connection.send(request)
    while (answer := connection.receive()) is None:
        pass
    connection.socket.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def form_post(path: str, port: int, body: str, cookie: str = "", *, address: str = "") -> bytes:
    """The bytes of a form's POST; with ``address``, as a proxy forwards it from there."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        *([f"Cookie: {cookie}"] if cookie else []),
        *([f"X-Forwarded-For: {address}"] if address else []),
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", body]).encode()


def page_get(path: str, port: int, cookie: str = "", *, etag: str = "", address: str = "") -> bytes:
    """The bytes of a browser's GET; with ``etag``, for a page that it already has; ``address`` as
    above."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        *([f"Cookie: {cookie}"] if cookie else []),
        *([f"X-Forwarded-For: {address}"] if address else []),
        "Accept-Encoding: gzip, deflate, br, zstd",
        *([f"If-None-Match: {etag}"] if etag else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def drive(
    port: int, requests: Sequence[bytes], *, connections: int, expected: int, pause: float = 0.0
) -> Load:
    """Send each request once, from a separate process, as fast as the responses come; or, with one
    connection, ``pause`` seconds after each response.

    Fails with the response's text at the first one without the ``expected`` status.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_drive, port, requests, connections, expected, pause).result()


def _drive(
    port: int, requests: Sequence[bytes], connections: int, expected: int, pause: float
) -> Load:
    status = b"HTTP/1.1 %d" % expected
    waiting = iter(requests)
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        opened = [Connection(port) for _ in range(connections)]
        started_at = time.perf_counter()
        for connection, request in zip(opened, waiting, strict=False):
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(request)
        while len(latencies) < len(requests):
            ready = selector.select(LONGEST_WAIT)
            assert ready, "The server does not answer."
            for key, _ in ready:
                connection = key.data
                if (answer := connection.receive()) is None:
                    continue
                latencies.append(time.perf_counter() - connection.sent_at)
                assert answer.startswith(status), answer.decode(errors="replace")
                if pause:
                    time.sleep(pause)
                if (following := next(waiting, None)) is not None:
                    connection.send(following)
        elapsed = time.perf_counter() - started_at
    for connection in opened:
        connection.socket.close()
    return Load(len(latencies) / elapsed, *percentiles(latencies))
