"""What staff do with an application. Each of these also updates its row in the queue, so that
whoever acted sees the result immediately, even if the subscriber lags behind."""

import uuid

from sqlalchemy.orm import Session

from app.applications.events import OfferChanged
from app.applications.queries import get_application
from app.applications.service import (
    AlreadyDecided,
    HoldVerdict,
    OfferVerdict,
    Verdict,
    decide_application,
    decide_on_offer,
    settle_hold,
)
from app.engagements.queries import is_bound
from app.engagements.service import close_unless_agreed, offer_as_decided
from app.events.tracing import caused_by
from app.messages.queries import written_since
from app.messages.service import note_as_staff, write_as_staff
from app.notifications.service import discard_unsent_offers
from app.review import taking
from app.review.queue.table import keep_rows


class AlreadyAgreed(AlreadyDecided):
    """The client has agreed to the engagement, which is a contract now."""


class UnreadMessages(Exception):
    """Somebody else has written since the reviewer was shown the conversation."""


def decide(
    session: Session,
    application_id: uuid.UUID,
    verdict: Verdict,
    *,
    seen_version: int,
    seen_entries: int,
    actor: str,
) -> None:
    """Give a verdict on an open application. Raises AlreadyDecided if somebody was first, and
    UnreadMessages if somebody else has written, since the verdict counts as the reply."""
    decide_application(session, application_id, verdict, seen_version=seen_version, actor=actor)
    _refuse_unread(session, application_id, seen_entries, actor)
    keep_rows(session, [application_id])


def change_offer(
    session: Session,
    application_id: uuid.UUID,
    verdict: OfferVerdict,
    *,
    seen_version: int,
    seen_entries: int,
    actor: str,
) -> None:
    """Change the offer that the client has not agreed to, or take it back. The engagement follows
    in the same transaction, and mail with the old terms goes, so that nobody is offered what no
    longer holds; a client who agrees at the same moment waits, or is waited for. Raises
    AlreadyAgreed, and what `decide` does."""
    decided = decide_on_offer(
        session, application_id, verdict, seen_version=seen_version, actor=actor
    )
    _refuse_unread(session, application_id, seen_entries, actor)
    if is_bound(session, application_id):
        raise AlreadyAgreed(application_id)
    with caused_by(decided.id, decided.metadata.correlation_id):
        if isinstance(verdict, OfferChanged):
            offer_as_decided(session, get_application(session, application_id), verdict)
        else:
            close_unless_agreed(session, application_id)
    discard_unsent_offers(session, application_id)
    keep_rows(session, [application_id])


def settle(
    session: Session,
    application_id: uuid.UUID,
    verdict: HoldVerdict,
    *,
    seen_version: int,
    actor: str,
) -> None:
    """Release or dismiss a held application. Raises AlreadyDecided if somebody was first."""
    settle_hold(session, application_id, verdict, seen_version=seen_version, actor=actor)
    keep_rows(session, [application_id])


def write(
    session: Session,
    application_id: uuid.UUID,
    text: str,
    *,
    form_id: str,
    seen_entries: int,
    actor: str,
) -> None:
    """Send a message to the prospect, once for each ``form_id``. Raises AlreadyErased, and
    UnreadMessages if somebody else has written."""
    write_as_staff(session, application_id, text, form_id=form_id, actor=actor)
    _refuse_unread(session, application_id, seen_entries, actor)
    keep_rows(session, [application_id])


def note(
    session: Session, application_id: uuid.UUID, text: str, *, form_id: str, actor: str
) -> None:
    """Store a note for colleagues, once for each ``form_id``. Raises AlreadyErased."""
    note_as_staff(session, application_id, text, form_id=form_id, actor=actor)
    keep_rows(session, [application_id])


def take(session: Session, application_id: uuid.UUID, *, seen: str, actor: str) -> None:
    """Take the application, as `taking.take` says."""
    taking.take(session, application_id, seen=seen, actor=actor)
    keep_rows(session, [application_id])


def put_back(session: Session, application_id: uuid.UUID, *, actor: str) -> None:
    """Put the application back, as `taking.put_back` says."""
    taking.put_back(session, application_id, actor=actor)
    keep_rows(session, [application_id])


def _refuse_unread(
    session: Session, application_id: uuid.UUID, seen_entries: int, actor: str
) -> None:
    """Raise UnreadMessages if somebody else has written. Call it after the answer is recorded: by
    then the application is locked, as for every message, so nothing more can come in between."""
    if written_since(session, application_id, seen_entries, besides=actor):
        raise UnreadMessages(application_id)
