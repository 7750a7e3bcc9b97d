"""Each declared event has a meaning, and somebody who acts on it or a reason why nobody does."""

from flask import Flask

from app.events.subscription import current_subscriptions
from app.events.types import declared_events

FOR_THE_RECORD = {
    "delivery.replayed": "staff did it and see it in the log",
    "engagement.activated": "the last word of the flow",
    "engagement.closed": "the decision's own mail has said it",
}


def test_every_event_has_a_subscriber_or_a_reason_to_have_none(app: Flask) -> None:
    subscribed = {event for event, _ in current_subscriptions().pairs}
    assert subscribed | set(FOR_THE_RECORD) == set(declared_events())
    assert not subscribed & set(FOR_THE_RECORD)


def test_every_event_says_what_has_happened() -> None:
    for name, event in declared_events().items():
        assert (event.__doc__ or "").strip().endswith("."), name
        assert event.schema_version >= 1, name
