"""Which member of staff has taken an application, so that no two work on it unknowingly.

This follows from the application's events and is only a notice: anybody else can still decide. An
application that was decided, withdrawn or erased is nobody's any more.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.applications.erasure import lock_unerased
from app.applications.events import ApplicationPutBack, ApplicationTaken
from app.events.store import read_stream_leniently, record
from app.events.types import RecordedEvent, stream_of


class NothingToTake(Exception):
    """The application does not wait for anybody any more."""


class TakenMeanwhile(Exception):
    """The application is not held by whom the page showed, but by ``actor`` ("" for nobody)."""

    def __init__(self, actor: str) -> None:
        super().__init__(actor)
        self.actor = actor


def taking_of(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    """The event by which the application was last taken, unless it was put back since. ``events``
    are the application's, in order; other events among them are ignored."""
    turns = [one for one in events if isinstance(one.data, ApplicationTaken | ApplicationPutBack)]
    return turns[-1] if turns and isinstance(turns[-1].data, ApplicationTaken) else None


def holder_by(taking: RecordedEvent | None) -> str:
    """The actor who has the application according to that event, or "" for nobody."""
    return taking.metadata.actor if taking else ""


def take(session: Session, application_id: uuid.UUID, *, seen: str, actor: str) -> None:
    """Take the application for the actor. ``seen`` is the actor who has it according to the page,
    or "" for nobody. A second press changes nothing. Raises TakenMeanwhile if ``seen`` is no longer
    true, NothingToTake and AlreadyErased."""
    holder = _lock(session, application_id)
    if holder == actor:
        return
    if holder != seen:
        raise TakenMeanwhile(holder)
    record(session, stream_of("application", application_id), ApplicationTaken(), actor=actor)


def put_back(session: Session, application_id: uuid.UUID, *, actor: str) -> None:
    """Put the application back. A second press changes nothing. Raises TakenMeanwhile if somebody
    else has taken it over, NothingToTake and AlreadyErased."""
    holder = _lock(session, application_id)
    if holder not in ("", actor):
        raise TakenMeanwhile(holder)
    if holder:
        record(session, stream_of("application", application_id), ApplicationPutBack(), actor=actor)


def _lock(session: Session, application_id: uuid.UUID) -> str:
    """Lock the application, and return the actor who has it, or "" for nobody; that can't change
    until the transaction ends."""
    if not lock_unerased(session, application_id).is_undecided:
        raise NothingToTake(application_id)
    events = read_stream_leniently(session, stream_of("application", application_id))
    return holder_by(taking_of(events))
