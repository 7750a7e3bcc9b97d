"""A TCP proxy between two programs, which a test can break in the ways in which networks break."""

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import Enum
from types import TracebackType

from local.ports import HOST, free_port

CHUNK = 65536
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class State(Enum):
    """HALF_OPEN: the other side is gone without closing, and connections from that time stay dead.
    SLOW: each response comes ``latency`` seconds later."""

    WHOLE = "whole"
    REFUSED = "refused"
    RESET = "reset"
    HALF_OPEN = "half-open"
    SLOW = "slow"


class Wire:
    """While entered, forwards ``port`` to ``target`` on this machine; with ``tls``, clients of the
    port must use TLS."""

    def __init__(self, target: int, *, latency: float, tls: ssl.SSLContext | None = None) -> None:
        self.port = free_port()
        self.latency = latency
        self._target = target
        self._tls = tls
        self._state = State.WHOLE
        self._writers: set[asyncio.StreamWriter] = set()
        self._dead: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def become(self, state: State) -> None:
        """Change the state of the wire; return when it has changed."""
        self._run(self._become(state))

    def __enter__(self) -> "Wire":
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, what: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connect, HOST, self.port, ssl=self._tls)

    async def _become(self, state: State) -> None:
        if self._state is State.REFUSED:
            await self._listen()
        self._state = state
        if state is State.HALF_OPEN:
            self._dead |= self._writers
        if state in {State.REFUSED, State.RESET}:
            for writer in list(self._writers):
                _reset(writer)
        if state is State.REFUSED:
            self._server.close()

    async def _end(self) -> None:
        await self._become(State.REFUSED)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connect(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._state is State.RESET:
            _reset(back)
            return
        try:
            server, forth = await asyncio.open_connection(HOST, self._target)
        except OSError:
            _reset(back)
            return
        both = {back, forth}
        self._writers |= both
        if self._state is State.HALF_OPEN:
            self._dead |= both
        # Cancelled when the wire ends; asyncio's streams would log that as an error.
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._ask(client, forth), self._answer(server, back))
        # Both ends have hung up by now; dead connections were not told.
        for writer in both & self._dead:
            writer.transport.abort()
        self._writers -= both
        self._dead -= both
        for writer in both:
            writer.transport.abort()

    async def _ask(self, client: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        await self._pass_on(client, forth, lambda: 0)

    async def _answer(self, server: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await self._pass_on(server, back, lambda: self.latency if self._state is State.SLOW else 0)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        delay: Callable[[], float],
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if writer not in self._dead:
                    await asyncio.sleep(delay())
                    writer.write(data)
                    await writer.drain()  # a slow reader slows the writer down
        if writer not in self._dead:
            writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    if not writer.is_closing():  # otherwise its socket may be gone
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
