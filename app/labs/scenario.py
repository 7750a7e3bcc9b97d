"""What a lab declares: a scenario as data, and its parts. The texts are lazy, so that each page has
them in its reader's language."""

import uuid
from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy.orm import Session

from app.events.subscription import Subscriber, subscriber_name
from app.events.types import Event
from app.labs.models import Sandbox
from app.platform.retry import RetryPolicy

# Short, so that visitors can watch a lease expire.
LEASE_SECONDS = 3.0
BRISK = RetryPolicy(base=1.5, cap=4.0, max_attempts=4)
# The buttons that every lab has besides its own actions, at addresses like theirs.
END, EXTEND = "end", "extend"


class NotNow(Exception):
    """What the visitor asked for can't be done now. The message is a sentence for them."""


class Station(msgspec.Struct, frozen=True):
    """A subscriber as the page shows it. ``seconds`` is how long its work is made to take."""

    subscriber: Subscriber
    title: str
    does: str
    seconds: float

    @property
    def name(self) -> str:
        return subscriber_name(self.subscriber)


class Choice(msgspec.Struct, frozen=True):
    value: str
    label: str


class Action(msgspec.Struct, frozen=True):
    """Something that the visitor can do: a button, with or without choices before it.

    ``perform`` gets the chosen values, which are among the choices; it may raise NotNow.
    ``current`` returns those that the sandbox has now; without it, the visitor's last ones are
    shown.
    """

    name: str
    label: str
    perform: Callable[[Session, Sandbox, Sequence[str]], None]
    choices: tuple[Choice, ...] = ()
    legend: str = ""
    takes_several: bool = False
    current: Callable[[Session, Sandbox], Sequence[str]] | None = None


class Sum(msgspec.Struct, frozen=True):
    """A figure counted from the rows, shown with that many decimal ``places``. ``holds`` says
    whether it is what it must be once all work is done; None if any value is right."""

    label: str
    value: float
    places: int = 0
    holds: bool | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One lab. ``simulated`` says what in it is not the site's real machinery; ``articles`` are the
    slugs of the articles that it demonstrates."""

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
        """The station with that name. Raises KeyError."""
        return {station.name: station for station in self.stations}[name]

    def action(self, name: str) -> Action:
        """The action with that name. Raises KeyError."""
        return {action.name: action for action in self.actions}[name]
