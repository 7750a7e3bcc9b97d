"""Who of the staff has taken an application, so that no two work on it unknowingly.

It is known from the application's own events, and binds nobody: whoever has not taken it can decide
all the same. What is decided, withdrawn or erased is nobody's any more.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.applications.erasure import lock_unerased
from app.applications.events import ApplicationPutBack, ApplicationTaken
from app.events.store import read_stream_leniently, record
from app.events.types import RecordedEvent, stream_of


class NothingToTake(Exception):
    """The application waits for nobody any more."""


class TakenMeanwhile(Exception):
    """Somebody else has it than whom the page has shown: ``actor``, or "" for nobody."""

    def __init__(self, actor: str) -> None:
        super().__init__(actor)
        self.actor = actor


def taking_of(events: Sequence[RecordedEvent]) -> RecordedEvent | None:
    """The event by which an application was taken that nobody has put back since. ``events`` are
    the application's, in their order; others among them don't matter."""
    turns = [one for one in events if isinstance(one.data, ApplicationTaken | ApplicationPutBack)]
    return turns[-1] if turns and isinstance(turns[-1].data, ApplicationTaken) else None


def holder_by(taking: RecordedEvent | None) -> str:
    """The actor who has the application by that event, or "" for nobody."""
    return taking.metadata.actor if taking else ""


def take(session: Session, application_id: uuid.UUID, *, seen: str, actor: str) -> None:
    """The actor takes the application, from the actor ``seen`` where the page has shown that one to
    have it, or from nobody (""). A second press changes nothing. Raises TakenMeanwhile,
    NothingToTake and AlreadyErased."""
    holder = _lock(session, application_id)
    if holder == actor:
        return
    if holder != seen:
        raise TakenMeanwhile(holder)
    record(session, stream_of("application", application_id), ApplicationTaken(), actor=actor)


def put_back(session: Session, application_id: uuid.UUID, *, actor: str) -> None:
    """The actor has the application no more. A second press changes nothing. Raises TakenMeanwhile
    where somebody else has taken it over, NothingToTake and AlreadyErased."""
    holder = _lock(session, application_id)
    if holder not in ("", actor):
        raise TakenMeanwhile(holder)
    if holder:
        record(session, stream_of("application", application_id), ApplicationPutBack(), actor=actor)


def _lock(session: Session, application_id: uuid.UUID) -> str:
    """Whoever has the application, or "" for nobody; nobody else takes it until the transaction
    ends."""
    if not lock_unerased(session, application_id).is_undecided:
        raise NothingToTake(application_id)
    events = read_stream_leniently(session, stream_of("application", application_id))
    return holder_by(taking_of(events))
