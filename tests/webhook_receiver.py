"""A server that receives webhooks, ours or a chat's: it keeps every request and responds as a test
says."""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple

from local.ports import HOST


class Received(NamedTuple):
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class WebhookReceiver:
    """The server. ``received`` are the requests. ``answer`` returns the response to each, given the
    number of requests before it, and may take long. Entering it starts it, over TLS with
    ``tls``."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.answer: Callable[[int], Reply] = lambda _: Reply()
        self.released = threading.Event()
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver._lock:
                    before, answer = len(receiver.received), receiver.answer
                    receiver.received.append(Received(headers, body))
                reply = answer(before)
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

            def handle(self) -> None:
                with suppress(OSError):  # in some tests the other side hangs up
                    super().handle()

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if tls else 'http'}://{HOST}:{self.port}/events"

    def begin_anew(self) -> None:
        """Forget every request, and receive new ones. Requests that are being answered now are
        forgotten too."""
        with self._lock:
            self.received.clear()
            self.answer = lambda _: Reply()

    def hang(self, _: int) -> Reply:
        """Answer only once the test calls ``released.set()``, or ends."""
        self.released.wait(60)
        return Reply()

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.received]

    def __enter__(self) -> "WebhookReceiver":
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
