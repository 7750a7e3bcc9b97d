"""A link behind its bridge's circuit: a broker that keeps failing is left alone for a while."""

from collections.abc import Sequence
from contextlib import suppress

from cloudevents.core.v1.event import CloudEvent

from app.bridges.link import Link, Sent
from app.circuits.guard import circuit


class NothingConfirmed(Exception):
    """The other side has confirmed no event of a batch."""


class GuardedLink:
    """The link, called only while the bridge's circuit lets calls pass."""

    def __init__(self, link: Link, bridge: str) -> None:
        self._link = link
        self._circuit = circuit_of(bridge)

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """As the link does. Raises CircuitOpen where the other side is left alone."""
        sent = Sent(0)
        with suppress(NothingConfirmed), circuit(self._circuit, is_failure=lambda _: True):
            sent = self._link.send(batch)
            if sent.trouble and not sent.settled:
                raise NothingConfirmed
        return sent

    def close(self) -> None:
        self._link.close()


def circuit_of(bridge: str) -> str:
    """The name of a bridge's circuit."""
    return f"bridge {bridge}"
