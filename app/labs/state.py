"""The state of a sandbox as its page shows it. Pure; `queries` reads it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.labs.scenario import Scenario, Sum

# As many as the drawing has room for.
MOST_DRAWN = 60
SOON_SECONDS, LATER_SECONDS = 1, 4


class StationState(msgspec.Struct, frozen=True):
    """A subscriber's deliveries in one sandbox. ``waiting`` ones have not been tried, ``retrying``
    ones have failed and wait for their next try. ``lag_seconds`` is the age of the oldest event
    that is not done. ``consumers`` are the consumers' states."""

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
        """Whether something is in hand, or something waits for which there is a consumer, running
        or about to be restarted."""
        return self.in_hand > 0 or (self.behind > 0 and set(self.consumers) != {"stopped"})

    @property
    def queue(self) -> list[str]:
        """The state of each delivery that is not done, the dead ones first and untried ones last,
        as many as can be drawn."""
        states = {
            "dead": self.dead,
            "retrying": self.retrying,
            "in-hand": self.in_hand,
            "waiting": self.waiting,
        }
        return [state for state, count in states.items() for _ in range(count)][:MOST_DRAWN]


class EventLine(msgspec.Struct, frozen=True):
    """An event, with its number in the sandbox."""

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
    """Everything on the page that changes; ``stations`` are in the scenario's order.
    ``stands_still`` means that something waits and the runner's process is not running. A page may
    look again after ``least_pause`` seconds at the earliest."""

    stations: Sequence[StationState]
    sums: Sequence[Sum]
    events: Sequence[EventLine] = ()
    incidents: Sequence[IncidentLine] = ()
    count: int = 0
    stands_still: bool = False
    least_pause: int = 1

    @property
    def is_settled(self) -> bool:
        """Whether everything that was recorded is done."""
        return self.behind == 0

    @property
    def standing(self) -> str:
        """The state in a word: "empty", "still", "dead" (there are dead letters), "under way",
        "waiting" (for stopped consumers) or, if all is settled, "wrong" or "done"."""
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
        """How soon the page should poll again. It takes longer if all is done and no killed
        consumer is to be restarted, since nothing changes then before the visitor's next press."""
        awaits_restart = any("killed" in station.consumers for station in self.stations)
        wish = SOON_SECONDS if awaits_restart or not self.is_settled else LATER_SECONDS
        return max(wish, self.least_pause)


def empty_state(scenario: Scenario) -> LabState:
    """The state before the visitor has done anything."""
    return LabState(stations=[StationState() for _ in scenario.stations], sums=())
