"""Subscribers that do (almost) nothing, and a Celery task that does nothing."""

from celery import shared_task
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.events.subscription import Subscriber, init_subscriptions
from app.events.types import RecordedEvent
from app.platform.database import utc_now
from app.scoring.events import ApplicationScored

STARTED = "CREATE TABLE started (position bigint, at timestamptz)"
NOTE = text("INSERT INTO started VALUES (:position, :at)")


def do_nothing(session: Session, recorded: RecordedEvent) -> None:
    """The first of three, which must be different functions."""


def do_nothing_else(session: Session, recorded: RecordedEvent) -> None:
    """The second of three."""


def do_nothing_either(session: Session, recorded: RecordedEvent) -> None:
    """The last of three."""


def note_start(session: Session, recorded: RecordedEvent) -> None:
    """Record when the handler was started."""
    session.execute(NOTE, {"position": recorded.position, "at": utc_now()})


SUBSCRIBERS: dict[str, tuple[Subscriber, ...]] = {
    "one": (do_nothing,),
    "three": (do_nothing, do_nothing_else, do_nothing_either),
    "noting": (note_start,),
}


@shared_task(name="benchmarks.do_nothing", ignore_result=True)
def do_nothing_at_all(number: int) -> None:
    """A bare Celery task with the site's settings."""


def subscribe_noops(app: Flask, which: str) -> None:
    """Make these the app's only subscribers."""
    init_subscriptions(app, {ApplicationScored: SUBSCRIBERS[which]})
