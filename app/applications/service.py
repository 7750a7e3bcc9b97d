"""The commands on an application: release or dismiss a held one, ask for more, decide (once),
answer, change the offer or take it back, withdraw."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationReleased,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
)
from app.applications.fold import APPLICATIONS
from app.applications.models import OPEN, UNDECIDED, Application
from app.events.store import record
from app.events.types import Event, RecordedEvent, stream_of

Verdict = ApplicationAccepted | ApplicationDeclined | MoreRequested
OfferVerdict = OfferChanged | OfferTakenBack
HoldVerdict = ApplicationReleased | ApplicationDismissed
HELD_BEFORE: Mapping[type[Event], Sequence[str]] = {
    ApplicationReleased: ("held", "dismissed"),
    ApplicationDismissed: ("held",),
}


class AlreadyDecided(Exception):
    """Somebody else has changed the application since the caller read it."""


class NothingAsked(Exception):
    """The question that the prospect answers is not open."""


class NotOpen(Exception):
    """The application was decided, withdrawn or erased: there is nothing left to withdraw."""


def decide_application(
    session: Session, application_id: uuid.UUID, verdict: Verdict, *, seen_version: int, actor: str
) -> None:
    """Give a verdict on an open application that is unchanged since the reviewer saw it.

    Raises AlreadyDecided if it has changed: of any number of simultaneous verdicts, one is taken.
    """
    _record_unless_changed(session, application_id, verdict, OPEN, seen_version, actor)


def decide_on_offer(
    session: Session,
    application_id: uuid.UUID,
    verdict: OfferVerdict,
    *,
    seen_version: int,
    actor: str,
) -> RecordedEvent:
    """Change the offer of an accepted application, or take it back, if the application is unchanged
    since the reviewer saw it. Whether the client has agreed is for the caller to see, who has the
    application locked after this. Raises AlreadyDecided if it has changed."""
    return _record_unless_changed(
        session, application_id, verdict, ("accepted",), seen_version, actor
    )


def settle_hold(
    session: Session,
    application_id: uuid.UUID,
    verdict: HoldVerdict,
    *,
    seen_version: int,
    actor: str,
) -> None:
    """Release or dismiss a held application that is unchanged since the reviewer saw it; a
    dismissed one can still be released. Raises AlreadyDecided if it has changed."""
    before = HELD_BEFORE[type(verdict)]
    _record_unless_changed(session, application_id, verdict, before, seen_version, actor)


def provide_more(
    session: Session, application_id: uuid.UUID, message: str, *, seen_version: int = 0
) -> None:
    """Record the prospect's answer to the question that the application's ``seen_version`` had
    open, or, if they did not say which, to whichever is open. Raises NothingAsked if that question
    is not open, or the person was erased."""
    application = _lock(
        session,
        Application.id == application_id,
        Application.status == "more_requested",
        Application.version == (seen_version or Application.version),
    )
    if application is None:
        raise NothingAsked(application_id)
    _record(session, application, MoreProvided(message=message), actor="prospect")


def withdraw_application(session: Session, application_id: uuid.UUID, message: str) -> None:
    """Withdraw the application for the prospect. Raises NotOpen once it is decided, withdrawn or
    erased."""
    application = _lock(
        session, Application.id == application_id, Application.status.in_(UNDECIDED)
    )
    if application is None:
        raise NotOpen(application_id)
    _record(session, application, ApplicationWithdrawn(message=message), actor="prospect")


def _record_unless_changed(
    session: Session,
    application_id: uuid.UUID,
    event: Event,
    statuses: Sequence[str],
    seen_version: int,
    actor: str,
) -> RecordedEvent:
    application = _lock(
        session,
        Application.id == application_id,
        Application.version == seen_version,
        Application.status.in_(statuses),
    )
    if application is None:
        raise AlreadyDecided(application_id)
    return _record(session, application, event, actor=actor)


def _lock(session: Session, *which: ColumnElement[bool]) -> Application | None:
    """The application that meets these conditions, locked; None if it doesn't, or was erased."""
    wanted = select(Application).where(*which, Application.erased_at.is_(None)).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def _record(
    session: Session, application: Application, event: Event, *, actor: str
) -> RecordedEvent:
    """Record the event and apply it to the application's row, which the caller has locked."""
    stream, person = stream_of("application", application.id), application.draft_id
    recorded = record(session, stream, event, actor=actor, person=person)
    APPLICATIONS.advance(application, recorded)
    return recorded
