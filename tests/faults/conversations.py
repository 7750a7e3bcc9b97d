"""Prospects who apply, are asked for more and answer, while processes of the site die.

Whoever is cut off does not know the outcome and presses the button again until the site confirms
it.
"""

import re
import secrets
import time
import uuid
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from multiprocessing.pool import ThreadPool

import psycopg

from tests.prospects import Answer, Fields, Prospect, make_prospects, post, sealed
from tests.site import Site, eventually

SENDERS = 6
PATIENCE = 180.0
PRESSED_AGAIN = 0.2
SEND_BUTTON = re.compile(r'name="confirmed" value="(\w+)"')
ID_OF = "SELECT id FROM applications WHERE access_token = %s"
CUT_OFF = 0
# A session cookie, and what is typed.
Form = tuple[str, Fields]


class Conversations:
    """Several conversations. ``pressed`` counts the responses by status (CUT_OFF: no response). All
    end with the ``with`` block."""

    def __init__(self, site: Site) -> None:
        self.begun = 0
        self.pressed: Counter[int] = Counter()
        self.tokens: set[str] = set()
        self._site = site
        self._reviewer = employ_reviewer(site)
        self._pool = ThreadPool(SENDERS)
        self._is_over = False

    def __enter__(self) -> "Conversations":
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._pool.terminate()

    def start(self, count: int) -> None:
        """Start ``count`` conversations, several at a time, and return immediately."""
        prospects = make_prospects(self._site, count)
        self._all = self._pool.map_async(self._converse, prospects, chunksize=1)

    def have_begun(self, count: int) -> bool:
        return self.begun > count or self._all.ready()

    def finish(self) -> None:
        """Wait until all are over; raise what stopped one."""
        self._all.get()

    def _converse(self, prospect: Prospect) -> None:
        self.begun += 1
        token = self._press("/apply/submit", lambda: (prospect.cookie, prospect.fields)).token
        self.tokens.add(token)
        self._ask(self._site.value(ID_OF, token))
        answer = {"message": "It is the queue."}
        self._press(f"/applications/{token}/reply", lambda: sealed(self._site, answer))

    def _ask(self, application_id: uuid.UUID) -> None:
        """Preview the mail with the question, then send it."""
        path = f"/staff/applications/{application_id}/decision"
        question = {"verdict": "ask", "message": "Which part is slow?", "version": "1"}

        def look() -> Form:
            now = int(time.time())
            session = {"_user_id": self._reviewer}
            cookie, fields = sealed(self._site, question, **session, signed_in_at=now)
            button = SEND_BUTTON.search(self._post(path, cookie, fields).page)
            return cookie, {**fields, "confirmed": button[1] if button else ""}

        self._press(path, look)

    def _press(self, path: str, form: Callable[[], Form]) -> Answer:
        """Press the form's button until the site has accepted it."""
        answers: list[Answer] = []

        def is_taken() -> bool:
            assert not self._is_over
            answers.append(self._post(path, *form()))
            return answers[-1].status == 303

        eventually(is_taken, within=PATIENCE, every=PRESSED_AGAIN)
        return answers[-1]

    def _post(self, path: str, cookie: str, fields: Fields) -> Answer:
        # Each has their own address, or they would share one rate limit.
        address = f"2001:db8:{secrets.randbelow(0xFFFF):x}:{secrets.randbelow(0xFFFF):x}::1"
        try:
            answer = post(self._site, path, cookie, fields, **{"X-Forwarded-For": address})
        except (OSError, HTTPException):
            answer = Answer(CUT_OFF, "", 0)
        self.pressed[answer.status] += 1
        return answer


def employ_reviewer(site: Site) -> str:
    """Create a member of staff; return what their session holds."""
    person, stamp = uuid.uuid4(), secrets.token_hex(8)
    with psycopg.connect(site.settings["DATABASE_URL"]) as connection:
        connection.execute(
            "INSERT INTO staff (id, email, name, password_hash, session_stamp)"
            " VALUES (%s, %s, 'Ada Lovelace', 'none', %s)",
            [person, f"{person}@champlin.example", stamp],
        )
    return f"{person}:{stamp}"
