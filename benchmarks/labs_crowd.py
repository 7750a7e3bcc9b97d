"""A crowd of visitors of the labs, in one process, each with its own address and cookie.

A visitor with a sandbox polls as often as its page does, and presses a button every ten seconds. At
the time machine, whose page sends a request when the slider moves, one moves it every second.
Visitors without a sandbox reload the page every ten seconds. A fifth of them watch "this site",
which has no sandboxes.
"""

import re
import selectors
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from heapq import heapify, heappop, heappush
from http.cookies import SimpleCookie
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from urllib.parse import urlencode

from benchmarks.load import Connection, form_post, page_get

PRESS_SECONDS = 10.0
REWIND_SECONDS = 1.0
PATIENCE = 60.0
THIS_SITE, TIME_MACHINE = "this-site", "time-machine"
# Each lab with its button and the button's fields, if it has one.
LABS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("retail", "place", {"place-choice": "20"}),
    ("payments", "surge", {"surge-choice": "50"}),
    ("break-it", "submit", {"submit-choice": "mail_is_away"}),
    (TIME_MACHINE, "deposit", {"deposit-choice": "1000"}),
    (THIS_SITE, "", {}),
)
TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
PART = re.compile(rb'hx-get="(/labs/[^"]+\?seen=\w+)" hx-trigger="every (\d+)s"')
END = re.compile(rb'action="/labs/[\w-]+/end"')
GOOD = (b"200", b"204", b"303")


class Visitor:
    """One visitor, who opens a sandbox if there is room."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        self._address = f"10.0.{number // 250}.{number % 250 + 1}"
        self._cookie, self._press = "", b""
        self.connection = Connection(port)
        self._lab, action, fields = LABS[number % len(LABS)]
        self._next, self.pause = f"/labs/{self._lab}", PRESS_SECONDS
        page = self._ask(self.look())
        if action:
            self._press = self._form(page, action, fields)
            self._ask(self.press())
            page = self._ask(self.look())
        self.has_sandbox = bool(END.search(page))
        if self.has_sandbox and self._lab == TIME_MACHINE:
            self._next, self.pause = f"/labs/{self._lab}/moment?at=1", REWIND_SECONDS

    def _form(self, page: bytes, action: str, fields: Mapping[str, str]) -> bytes:
        token = TOKEN.search(page)
        assert token, "The page has no form."
        body = urlencode({**fields, "csrf_token": token[1].decode()})
        path = f"/labs/{self._lab}/{action}"
        return form_post(path, self._port, body, "COOKIE", address=self._address)

    def press(self) -> bytes:
        return self._press.replace(b"COOKIE", self._cookie.encode())

    def look(self) -> bytes:
        """The request that its page polls with; without a sandbox, the one for the page."""
        request = page_get(self._next, self._port, self._cookie, address=self._address)
        return request.replace(b"Accept-Encoding", b"X-Accepts")

    def take(self, answer: bytes) -> bytes:
        """Keep the cookie and the next poll's address from the response; return its status."""
        head, _, body = answer.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b": ")
            if name.lower() == b"set-cookie":
                cookie = SimpleCookie(value.decode())
                self._cookie = "; ".join(f"{key}={one.value}" for key, one in cookie.items())
        if part := PART.search(body):
            self._next, self.pause = part[1].decode(), float(part[2])
        return head[9:12]

    def _ask(self, request: bytes) -> bytes:
        self.connection.send(request)
        while (answer := self.connection.receive()) is None:
            pass
        status = self.take(answer)
        assert status in GOOD, answer.decode(errors="replace")
        return answer


@contextmanager
def crowd(port: int, count: int) -> Iterator[Counter[str]]:
    """Run ``count`` visitors inside; afterwards, the counter has the number of responses by
    status."""
    answers: Counter[str] = Counter()
    context = get_context("spawn")
    told: Queue[Counter[str] | None] = context.Queue()
    stop = context.Event()
    process = context.Process(target=_be_a_crowd, args=(port, count, told, stop), daemon=True)
    process.start()
    told.get(timeout=PATIENCE)
    try:
        yield answers
    finally:
        stop.set()
        answers.update(told.get(timeout=PATIENCE) or {})
        process.join(PATIENCE)


def _be_a_crowd(port: int, count: int, told: "Queue[Counter[str] | None]", stop: Event) -> None:
    visitors = [Visitor(port, number) for number in range(count)]
    told.put(None)
    answers = Counter({"sandboxes": sum(visitor.has_sandbox for visitor in visitors)})
    start = time.monotonic()
    due = [(start + visitor.pause * place / count, place) for place, visitor in enumerate(visitors)]
    heapify(due)
    presses_at = [start + PRESS_SECONDS * (1 + place / count) for place in range(count)]
    with selectors.DefaultSelector() as selector:
        for place, visitor in enumerate(visitors):
            selector.register(visitor.connection.socket, selectors.EVENT_READ, place)
        while not stop.is_set():
            while due and due[0][0] <= time.monotonic():
                _, place = heappop(due)
                visitor = visitors[place]
                presses = visitor.has_sandbox and time.monotonic() > presses_at[place]
                presses_at[place] += PRESS_SECONDS if presses else 0
                visitor.connection.send(visitor.press() if presses else visitor.look())
            for key, _ in selector.select(0.01):
                visitor = visitors[key.data]
                if (answer := visitor.connection.receive()) is not None:
                    answers[visitor.take(answer).decode()] += 1
                    heappush(due, (time.monotonic() + visitor.pause, key.data))
    told.put(answers)
