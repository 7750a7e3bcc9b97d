"""How things stand in a sandbox, as the page of its lab shows it. Pure: `queries` finds it out."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.labs.scenario import Scenario, Sum

# What a drawing has room for.
MOST_DRAWN = 60
SOON_SECONDS, LATER_SECONDS = 1, 4


class StationState(msgspec.Struct, frozen=True):
    """A subscriber's deliveries in one sandbox. ``waiting`` are those that nobody has tried,
    ``retrying`` failed and wait for their next try; ``lag_seconds`` is the age of the oldest event
    that is not done. ``consumers`` are their states."""

    consumers: Sequence[str] = ("running",)
    done: int = 0
    in_hand: int = 0
    waiting: int = 0
    retrying: int = 0
    dead: int = 0
    attempts: int = 0
    error: str = ""
    lag_seconds: int = 0

    @property
    def behind(self) -> int:
        return self.waiting + self.in_hand + self.retrying + self.dead

    @property
    def moves(self) -> bool:
        """Whether something is in hand, or there is a consumer to take what is not, if not now
        then after its restart."""
        return self.in_hand > 0 or (self.behind > 0 and set(self.consumers) != {"stopped"})

    @property
    def queue(self) -> list[str]:
        """What is not done, piece by piece, as far as it can be drawn: what is dead comes first,
        what nobody has tried comes last."""
        states = {
            "dead": self.dead,
            "retrying": self.retrying,
            "in-hand": self.in_hand,
            "waiting": self.waiting,
        }
        return [state for state, count in states.items() for _ in range(count)][:MOST_DRAWN]


class EventLine(msgspec.Struct, frozen=True):
    """An event, by its number in the sandbox."""

    number: int
    type: str
    stream: str
    version: int
    recorded_at: datetime


class IncidentLine(msgspec.Struct, frozen=True):
    at: datetime
    kind: str
    subscriber: str


class LabState(msgspec.Struct, frozen=True):
    """Everything that moves on the page; ``stations`` in the scenario's order. ``stands_still``
    where something waits and no process runs that would move it. A page may look again after
    ``least_pause`` seconds at the soonest."""

    stations: Sequence[StationState]
    sums: Sequence[Sum]
    events: Sequence[EventLine] = ()
    incidents: Sequence[IncidentLine] = ()
    count: int = 0
    faults: Sequence[str] = ()
    stands_still: bool = False
    least_pause: int = 1

    @property
    def is_settled(self) -> bool:
        """Whether all that was recorded is done."""
        return self.behind == 0

    @property
    def standing(self) -> str:
        """How things stand: "empty", "still", "dead" where something is for good, "under way",
        "waiting" for consumers that are stopped, and of what is settled "wrong" or "done"."""
        if not self.count:
            return "empty"
        if self.stands_still:
            return "still"
        if self.dead:
            return "dead"
        if self.is_settled:
            return "wrong" if any(one.holds is False for one in self.sums) else "done"
        return "under way" if any(station.moves for station in self.stations) else "waiting"

    @property
    def dead(self) -> int:
        return sum(station.dead for station in self.stations)

    @property
    def behind(self) -> int:
        return sum(station.behind for station in self.stations)

    @property
    def next_look_seconds(self) -> int:
        """How soon the page should ask again: where all is done and no killed consumer is to come
        back, the next thing to happen is a press of its own."""
        awaits_restart = any("killed" in station.consumers for station in self.stations)
        wish = SOON_SECONDS if awaits_restart or not self.is_settled else LATER_SECONDS
        return max(wish, self.least_pause)


def empty_state(scenario: Scenario) -> LabState:
    """What the page shows before the visitor has done anything."""
    return LabState(stations=[StationState() for _ in scenario.stations], sums=())
