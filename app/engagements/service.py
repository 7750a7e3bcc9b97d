"""What is done to an engagement, each change recorded in its stream."""

import uuid

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.database import new_id, utc_now
from app.engagements.events import (
    EngagementAccepted,
    EngagementActivated,
    EngagementClosed,
    EngagementOffered,
    EngagementProposed,
)
from app.engagements.models import Engagement
from app.engagements.pricing import Quote
from app.events.store import record
from app.events.types import Event, stream_of


class NotOnOffer(Exception):
    """The engagement can't be agreed to: it is not offered, or agreed to already."""


def propose_engagement(session: Session, application_id: uuid.UUID, quote: Quote) -> Engagement:
    """Create the application's engagement as proposed, and record engagement.proposed."""
    engagement = Engagement(
        id=new_id(),
        application_id=application_id,
        kind=quote.kind,
        currency=quote.currency,
        total_cents=quote.total_cents,
        deposit_cents=quote.deposit_cents,
        quote=msgspec.to_builtins(quote),
    )
    session.add(engagement)
    session.flush()
    proposed = EngagementProposed(
        application_id=str(application_id),
        kind=quote.kind,
        currency=quote.currency,
        total_cents=quote.total_cents,
        deposit_cents=quote.deposit_cents,
        rate_card_version=quote.rate_card_version,
    )
    _record(session, engagement.id, proposed, actor="system:engagements", expected_version=0)
    return engagement


def offer_engagement(session: Session, application_id: uuid.UUID, quote: Quote) -> None:
    """Offer the client the engagement on the terms of ``quote``, the reviewer's last word.

    A reviewer may be quicker than the scoring, or it may have failed: then there is no proposal
    yet, and the offer makes the engagement.
    """
    engagement = _lock_by_application(session, application_id)
    if engagement is None:
        engagement = propose_engagement(session, application_id, quote)
    engagement.kind = quote.kind
    engagement.currency = quote.currency
    engagement.total_cents = quote.total_cents
    engagement.deposit_cents = quote.deposit_cents
    engagement.quote = msgspec.to_builtins(quote)
    engagement.status = "offered"
    engagement.version += 1
    offered = EngagementOffered(
        application_id=str(application_id),
        kind=quote.kind,
        currency=quote.currency,
        total_cents=quote.total_cents,
        deposit_cents=quote.deposit_cents,
    )
    _record(session, engagement.id, offered, actor="system:engagements")


def close_engagement(session: Session, application_id: uuid.UUID) -> None:
    """Close the proposal of a declined application, if there is one."""
    engagement = _lock_by_application(session, application_id)
    if engagement is None:
        return
    engagement.status = "closed"
    engagement.version += 1
    closed = EngagementClosed(application_id=str(application_id))
    _record(session, engagement.id, closed, actor="system:engagements")


def accept_engagement(session: Session, engagement: Engagement, *, name: str) -> None:
    """The client agrees, under a typed name. Raises NotOnOffer for anything but an open offer, so
    that a second click changes nothing."""
    taken = session.execute(
        update(Engagement)
        .where(Engagement.id == engagement.id, Engagement.status == "offered")
        .values(
            status="accepted",
            accepted_name=name,
            accepted_at=utc_now(),
            version=Engagement.version + 1,
        )
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise NotOnOffer(engagement.id)
    accepted = EngagementAccepted(
        application_id=str(engagement.application_id),
        accepted_name=name,
        currency=engagement.currency,
        deposit_cents=engagement.deposit_cents,
    )
    person = get_application(session, engagement.application_id).draft_id
    _record(session, engagement.id, accepted, actor="prospect", person=person)


def erase_signature(session: Session, application_id: uuid.UUID) -> None:
    """Take the signer's name from the application's engagement."""
    session.execute(
        update(Engagement)
        .where(Engagement.application_id == application_id, Engagement.accepted_name.is_not(None))
        .values(accepted_name="")
    )


def activate_engagement(session: Session, engagement_id: uuid.UUID) -> None:
    """The deposit is paid: the engagement becomes active."""
    engagement = session.get_one(Engagement, engagement_id, with_for_update=True)
    engagement.status = "active"
    engagement.version += 1
    activated = EngagementActivated(application_id=str(engagement.application_id))
    _record(session, engagement.id, activated, actor="system:engagements")


def _lock_by_application(session: Session, application_id: uuid.UUID) -> Engagement | None:
    return session.scalar(
        select(Engagement).where(Engagement.application_id == application_id).with_for_update()
    )


def _record(
    session: Session,
    engagement_id: uuid.UUID,
    event: Event,
    *,
    actor: str,
    person: uuid.UUID | None = None,
    expected_version: int | None = None,
) -> None:
    stream = stream_of("engagement", engagement_id)
    record(session, stream, event, actor=actor, person=person, expected_version=expected_version)
