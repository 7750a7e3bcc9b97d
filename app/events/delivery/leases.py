"""Leases: while handlers work, a thread keeps the claims on their deliveries from running out."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.events.delivery.claims import Claim
from app.platform.database import kind_of

log = structlog.get_logger()

# By id, and without `status`, as `claims` says. A claim that is void by now is not extended.
EXTEND = text("""
UPDATE deliveries SET not_before = clock_timestamp() + make_interval(secs => :lease)
FROM unnest(CAST(:ids AS bigint[]), CAST(:claims AS integer[])) AS held (id, number)
WHERE deliveries.id = held.id AND claim = held.number AND done_at IS NULL
""")


class LeaseKeeper:
    """Extends this process's leases, every third of their length, while handlers run.

    It works in a thread that ends with the process, so the leases then run out.
    """

    def __init__(self, engine: Callable[[], Engine], lease: float) -> None:
        self.lease = lease
        self._engine = engine
        self._held: dict[int, int] = {}
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def extending(self, claims: Sequence[Claim]) -> Iterator[None]:
        with self._guard:
            self._held |= {claim.delivery_id: claim.number for claim in claims}
            # A forked child inherits the object but not the thread.
            if self._held and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._guard:
                for claim in claims:
                    self._held.pop(claim.delivery_id, None)

    def _run(self) -> None:
        while True:
            time.sleep(self.lease / 3)
            with self._guard:
                held = dict(self._held)
            if held:
                self._extend(held)

    def _extend(self, held: dict[int, int]) -> None:
        values = {"ids": list(held), "claims": list(held.values()), "lease": self.lease}
        try:
            with self._engine().connect() as connection:
                connection.execute(EXTEND, values)
                connection.commit()
        except SQLAlchemyError as error:
            log.warning("lease.not_extended", error=kind_of(error))
