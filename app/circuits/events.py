"""What can happen to a circuit."""

from app.events.types import Event, event


@event("circuit.opened", version=1)
class CircuitOpened(Event, frozen=True):
    """A service outside has failed so often in a row that it is left alone for a while."""

    name: str
    failures: int
    error: str


@event("circuit.closed", version=1)
class CircuitClosed(Event, frozen=True):
    """A service outside has answered again after its circuit was open."""

    name: str
