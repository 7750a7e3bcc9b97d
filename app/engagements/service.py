"""What is done to an engagement, each change recorded in its stream."""

import uuid

import msgspec
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.applications.queries import share_lock_application
from app.database import new_id
from app.engagements.events import (
    EngagementAccepted,
    EngagementActivated,
    EngagementClosed,
    EngagementOffered,
    EngagementProposed,
)
from app.engagements.fold import ENGAGEMENTS
from app.engagements.models import Engagement
from app.engagements.pricing import Quote
from app.events.store import record
from app.events.types import Event, stream_of


class NotOnOffer(Exception):
    """The engagement can't be agreed to: it is not offered, or agreed to already, or whoever would
    agree has been erased."""


def propose_terms(session: Session, application_id: uuid.UUID, quote: Quote) -> Engagement:
    """Record engagement.proposed, and create the application's engagement as it says."""
    proposed = EngagementProposed(
        application_id=str(application_id),
        kind=quote.kind,
        currency=quote.currency,
        total_cents=quote.total_cents,
        deposit_cents=quote.deposit_cents,
        rate_card_version=quote.rate_card_version,
        quote=msgspec.to_builtins(quote),
    )
    stream = stream_of("engagement", new_id())
    recorded = record(session, stream, proposed, actor="system:engagements", expected_version=0)
    engagement: Engagement = ENGAGEMENTS.begin(recorded)
    session.add(engagement)
    session.flush()  # whoever proposes a second one for the application fails here
    return engagement


def offer_terms(session: Session, application_id: uuid.UUID, quote: Quote) -> None:
    """Offer the client the engagement on the terms of ``quote``, the reviewer's last word.

    A reviewer may be quicker than the scoring, or it may have failed: then there is no proposal
    yet, and the offer makes the engagement.
    """
    engagement = _lock(session, Engagement.application_id == application_id)
    if engagement is None:
        engagement = propose_terms(session, application_id, quote)
    offered = EngagementOffered(
        application_id=str(application_id),
        kind=quote.kind,
        currency=quote.currency,
        total_cents=quote.total_cents,
        deposit_cents=quote.deposit_cents,
        quote=msgspec.to_builtins(quote),
    )
    _record(session, engagement, offered, actor="system:engagements")


def close_unless_agreed(session: Session, application_id: uuid.UUID) -> None:
    """Close the proposal of an application that was declined, withdrawn or erased, if there is one
    that nobody has agreed to."""
    engagement = _lock(
        session,
        Engagement.application_id == application_id,
        Engagement.status.in_(("proposed", "offered")),
    )
    if engagement is None:
        return
    closed = EngagementClosed(application_id=str(application_id))
    _record(session, engagement, closed, actor="system:engagements")


def accept_terms(session: Session, engagement: Engagement, *, name: str) -> None:
    """The client agrees, under a typed name. Raises NotOnOffer for anything but an open offer, so
    that a second click changes nothing. An erasure waits for the contract that it has to see."""
    application = share_lock_application(session, engagement.application_id)
    on_offer = _lock(session, Engagement.id == engagement.id, Engagement.status == "offered")
    if on_offer is None or application.erased_at is not None:
        raise NotOnOffer(engagement.id)
    accepted = EngagementAccepted(
        application_id=str(on_offer.application_id),
        accepted_name=name,
        currency=on_offer.currency,
        deposit_cents=on_offer.deposit_cents,
    )
    _record(session, on_offer, accepted, actor="prospect", person=application.draft_id)


def forget_signature(session: Session, application_id: uuid.UUID) -> None:
    """Take the signer's name from the application's engagement."""
    session.execute(
        update(Engagement)
        .where(Engagement.application_id == application_id, Engagement.accepted_name.is_not(None))
        .values(accepted_name="")
    )


def make_active(session: Session, engagement_id: uuid.UUID) -> None:
    """The deposit is paid: the engagement becomes active."""
    engagement = session.get_one(Engagement, engagement_id, with_for_update=True)
    activated = EngagementActivated(application_id=str(engagement.application_id))
    _record(session, engagement, activated, actor="system:engagements")


def _lock(session: Session, *which: ColumnElement[bool]) -> Engagement | None:
    wanted = select(Engagement).where(*which).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def _record(
    session: Session,
    engagement: Engagement,
    event: Event,
    *,
    actor: str,
    person: uuid.UUID | None = None,
) -> None:
    """Record the event, and take it into its row, which is locked."""
    stream = stream_of("engagement", engagement.id)
    recorded = record(session, stream, event, actor=actor, person=person)
    ENGAGEMENTS.advance(engagement, recorded)
