"""A sink behind its bridge's circuit: a broker that keeps failing is left alone for a while."""

from collections.abc import Sequence
from contextlib import suppress

from cloudevents.core.v1.event import CloudEvent

from app.bridges.sink import Sent, Sink
from app.circuits.guard import circuit
from app.platform.database import kind_of


class NothingConfirmed(Exception):
    """The other side confirmed no event of a batch; the message says why."""


class GuardedSink:
    """The sink, called only while the bridge's circuit lets calls pass."""

    def __init__(self, sink: Sink, bridge: str) -> None:
        self._sink = sink
        self._circuit = circuit_of(bridge)

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """Send as the sink does. Raises CircuitOpen while the other side is left alone."""
        sent = Sent(0)
        with (
            suppress(NothingConfirmed),
            circuit(self._circuit, is_failure=lambda _: True, describe=_cause),
        ):
            sent = self._sink.send(batch)
            if sent.trouble and not sent.settled:
                raise NothingConfirmed(sent.trouble)
        return sent

    def close(self) -> None:
        self._sink.close()


def _cause(error: Exception) -> str:
    """The sink's own reason; of any other error only the kind, as its text may quote an address."""
    return str(error) if isinstance(error, NothingConfirmed) else kind_of(error)


def circuit_of(bridge: str) -> str:
    """The name of a bridge's circuit."""
    return f"bridge {bridge}"
