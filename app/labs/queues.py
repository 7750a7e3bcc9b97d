"""The queued tasks, which elsewhere are in Redis, and here in the runner's memory.

As there, they are only wake-ups: the sweep finds again what gets lost.
"""

import threading
import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

ADDRESSEES = text("""
SELECT d.id, d.subscriber, CAST(e.metadata ->> 'correlation_id' AS uuid) AS sandbox_id
FROM deliveries d JOIN events e ON e.position = d.event_position
WHERE d.id = ANY(:ids) ORDER BY d.id
""")


class Queues:
    """A queue for each subscriber in each sandbox. A delivery is in it once, however often it is
    sent."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._sent: list[int] = []
        self._queues: defaultdict[tuple[uuid.UUID, str], OrderedDict[int, None]] = defaultdict(
            OrderedDict
        )

    def send(self, delivery_ids: Sequence[int]) -> None:
        """Accept tasks from the relay or the sweep; `sort_in` finds out whose they are."""
        with self._guard:
            self._sent += delivery_ids

    def put(self, sandbox_id: uuid.UUID, subscriber: str, delivery_ids: Sequence[int]) -> None:
        with self._guard:
            self._queues[sandbox_id, subscriber].update(dict.fromkeys(delivery_ids))

    def sort_in(self, session: Session) -> None:
        """Put the accepted tasks into the queues of their addressees."""
        with self._guard:
            sent, self._sent = self._sent, []
        for row in session.execute(ADDRESSEES, {"ids": sent}) if sent else ():
            self.put(row.sandbox_id, row.subscriber, [row.id])

    def take(self, sandbox_id: uuid.UUID, subscriber: str) -> list[int]:
        """The next task, or an empty list."""
        with self._guard:
            queue = self._queues.get((sandbox_id, subscriber))
            return [queue.popitem(last=False)[0]] if queue else []

    def waiting(self) -> set[tuple[uuid.UUID, str]]:
        """The addressees whose queues are not empty."""
        with self._guard:
            return {addressee for addressee, queue in self._queues.items() if queue}

    def forget(self, sandbox_ids: set[uuid.UUID]) -> None:
        """Drop the queues of all other sandboxes."""
        with self._guard:
            for addressee in [one for one in self._queues if one[0] not in sandbox_ids]:
                del self._queues[addressee]
