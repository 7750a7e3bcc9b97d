"""The interface of a class that talks to one kind of broker."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from cloudevents.core.v1.event import CloudEvent

# A send ends after about this long, well before a task's time limit, with what was confirmed.
SEND_SECONDS = 10.0


class Sent(msgspec.Struct, frozen=True):
    """How a batch ended. Its first ``settled`` events are confirmed, except those in
    ``passed_over`` (event id → reason), which the other side will never take. ``trouble`` says
    briefly, without addresses or contents, why the rest was not confirmed."""

    settled: int
    passed_over: dict[str, str] = {}
    trouble: str = ""


class Sink(Protocol):
    """A connection to the other side, opened when first needed."""

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """Send the events, those of one stream in order, and wait for each confirmation.

        Never raises for the other side's failures. After one, the sink may be unusable.
        """

    def close(self) -> None:
        """Close the connection. Never raises."""
