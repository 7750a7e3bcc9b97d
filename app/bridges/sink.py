"""What a bridge asks of the class that talks to one kind of broker."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
from cloudevents.core.v1.event import CloudEvent

# A send ends about then, well before a task's time limit, with what was confirmed.
SEND_SECONDS = 10.0


class Sent(msgspec.Struct, frozen=True):
    """How a batch ended. The first ``settled`` of its events are confirmed, but for those in
    ``passed_over``, which the other side never takes: event's id → reason. ``trouble`` says, in a
    word without addresses or contents, why the rest was not confirmed."""

    settled: int
    passed_over: dict[str, str] = {}
    trouble: str = ""


class Sink(Protocol):
    """A connection to the other side, made when first needed."""

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """Send the events, those of one stream in their order, and wait for each confirmation.

        Never raises for the other side's failures. After one the sink need not be usable.
        """

    def close(self) -> None:
        """Let go of the connection. Never raises."""
