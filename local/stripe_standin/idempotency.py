"""Idempotency keys, kept as Stripe keeps them: an answer is saved once execution has begun, even a
500; a refused parameter saves nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.stripe_standin.errors import key_in_use, key_reused


@dataclass
class SavedAnswer:
    status: int
    body: dict[str, Any]


@dataclass
class Slot:
    """What one key holds. ``answer`` is None until its first request has executed."""

    fingerprint: str
    answer: SavedAnswer | None = None
    busy: bool = False


class IdempotencyKeys:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._slots: dict[str, Slot] = {}

    @contextmanager
    def held(self, key: str | None, fingerprint: str) -> Iterator[Slot]:
        """The key's slot, for this request alone. Without a key, a slot that nobody else sees.

        Raises StripeFailure if another request holds the key (409) or used it for something else
        (400).
        """
        if key is None:
            yield Slot(fingerprint)
            return
        with self._lock:
            slot = self._slots.setdefault(key, Slot(fingerprint))
            if slot.fingerprint != fingerprint:
                raise key_reused(key)
            if slot.busy:
                raise key_in_use(key)
            slot.busy = True
        try:
            yield slot
        finally:
            with self._lock:
                slot.busy = False
                if slot.answer is None:
                    del self._slots[key]
