"""Which subscribers an event type has: built from the one table in `app/subscriptions.py`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.events.types import Event, RecordedEvent

Subscriber = Callable[[Session, RecordedEvent], None]


class UnknownSubscriber(Exception):
    """The table has no such subscriber: it was removed, or only a newer release has it."""


class Handlers(Protocol):
    """Where a delivery finds the function that handles its event."""

    def subscriber(self, name: str) -> Subscriber:
        """The function with that name. Raises UnknownSubscriber."""


class Subscriptions:
    """Event types with their subscribers, each named ``<domain>.<function>`` in the database."""

    def __init__(self, table: Mapping[type[Event], Sequence[Subscriber]]) -> None:
        self.pairs = [(event.type, subscriber_name(s)) for event, row in table.items() for s in row]
        self._by_name = {subscriber_name(s): s for row in table.values() for s in row}
        if len(set(self.pairs)) != len(self.pairs):
            raise ValueError("A subscriber is named twice behind one event type.")

    def names(self) -> list[str]:
        return sorted(self._by_name)

    def subscribers_of(self, event_type: str) -> list[str]:
        """The names of the type's subscribers, in the table's order."""
        return [subscriber for subscribed, subscriber in self.pairs if subscribed == event_type]

    def types_of(self, name: str) -> list[str]:
        """The event types of the subscriber with that name; none if it is unknown."""
        return [event_type for event_type, subscriber in self.pairs if subscriber == name]

    def as_arrays(self) -> dict[str, list[str]]:
        """The pairs as parameters of ``unnest(:types, :subscribers)`` in SQL."""
        return {
            "types": [event_type for event_type, _ in self.pairs],
            "subscribers": [subscriber for _, subscriber in self.pairs],
        }

    def subscriber(self, name: str) -> Subscriber:
        """The function with that name. Raises UnknownSubscriber."""
        if name not in self._by_name:
            raise UnknownSubscriber(name)
        return self._by_name[name]


def subscriber_name(subscriber: Subscriber) -> str:
    """``app.scoring.subscribers.score_fit`` is ``scoring.score_fit``."""
    return f"{subscriber.__module__.split('.')[-2]}.{subscriber.__name__}"


def init_subscriptions(app: Flask, table: Mapping[type[Event], Sequence[Subscriber]]) -> None:
    app.extensions["subscriptions"] = Subscriptions(table)


def current_subscriptions() -> Subscriptions:
    subscriptions: Subscriptions = current_app.extensions["subscriptions"]
    return subscriptions
