"""What a lab declares: a scenario as data, and the parts that it is made of. The texts in it are
lazy, so that each page has them in its reader's language."""

import uuid
from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy.orm import Session

from app.events.subscription import Subscriber, name_of
from app.events.types import Event
from app.labs.models import Sandbox
from app.retry import RetryPolicy

# Short, so that one can watch a lease run out.
LEASE_SECONDS = 3.0
BRISK = RetryPolicy(first=1.5, cap=4.0, most=4)
# The button that each lab has besides its own, at an address like theirs.
END = "end"


class NotNow(Exception):
    """The visitor asked for what can't be done now. The message is a sentence for them."""


class Station(msgspec.Struct, frozen=True):
    """A subscriber as the page shows it. ``seconds`` is how long its work is made to take."""

    subscriber: Subscriber
    title: str
    does: str
    seconds: float

    @property
    def name(self) -> str:
        return name_of(self.subscriber)


class Choice(msgspec.Struct, frozen=True):
    value: str
    label: str


class Action(msgspec.Struct, frozen=True):
    """Something the visitor can do: a button, with choices before it if there are any.

    ``perform`` is given the chosen values, which are among the choices; it may raise NotNow.
    ``current`` tells which of them the sandbox has now; without it they are the visitor's last.
    """

    name: str
    label: str
    perform: Callable[[Session, Sandbox, Sequence[str]], None]
    choices: tuple[Choice, ...] = ()
    legend: str = ""
    takes_several: bool = False
    current: Callable[[Session, Sandbox], Sequence[str]] | None = None


class Sum(msgspec.Struct, frozen=True):
    """A figure counted from the rows, shown with so many decimal ``places``; ``holds`` says whether
    it is what it has to be, once all work is done, and is None for one that may be anything."""

    label: str
    value: float
    places: int = 0
    holds: bool | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One lab. ``simulated`` says what is not the site's real machinery in it; ``articles`` are the
    slugs of those that it shows at work."""

    slug: str
    title: str
    summary: str
    story: tuple[str, ...]
    try_this: tuple[str, ...]
    simulated: str
    articles: tuple[str, ...]
    subscriptions: Mapping[type[Event], tuple[Subscriber, ...]]
    stations: tuple[Station, ...]
    actions: tuple[Action, ...]
    sums: Callable[[Session, uuid.UUID], Sequence[Sum]] | None = None
    can_stop: bool = False
    can_kill: bool = False

    def station(self, name: str) -> Station:
        """Raises KeyError."""
        return {station.name: station for station in self.stations}[name]

    def action(self, name: str) -> Action:
        """Raises KeyError."""
        return {action.name: action for action in self.actions}[name]
