"""Each declared event has a meaning, and a subscriber or a reason to have none."""

from flask import Flask

from app.events.subscription import current_subscriptions
from app.events.types import declared_events

FOR_THE_RECORD = {
    "subscriber.paused": "a person has paused it, on the page that shows it",
    "subscriber.resumed": "as above",
    "circuit.closed": "staff see it in the log",
    "delivery.replayed": "staff did it and see it in the log",
    "deposit.refunded": "staff made it, and both pages show it",
    "engagement.activated": "the last word of the flow",
    "engagement.closed": "the mail of the decision or the withdrawal has said it",
    "webhook.endpoint_added": "staff did it and see it in the log",
    "webhook.endpoint_changed": "staff did it and see it in the log",
    "webhook.endpoint_deleted": "staff did it and see it in the log",
    "webhook.endpoint_enabled": "staff did it and see it in the log",
    "webhook.secret_rotated": "staff did it and see it in the log",
    "webhook.tested": "its message goes to the one endpoint",
}


def test_every_event_has_a_subscriber_or_a_reason_to_have_none(app: Flask) -> None:
    subscribed = {event for event, _ in current_subscriptions().pairs}
    assert subscribed | set(FOR_THE_RECORD) == set(declared_events())
    assert not subscribed & set(FOR_THE_RECORD)


def test_every_event_says_what_has_happened() -> None:
    for name, event in declared_events().items():
        assert (event.__doc__ or "").strip().endswith("."), name
        assert event.schema_version >= 1, name


def test_every_task_on_the_schedule_exists(app: Flask) -> None:
    celery = app.extensions["celery"]
    rung_for = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert rung_for and rung_for <= set(celery.tasks)
