"""The commands on an engagement, each of which records its change in the engagement's stream."""

import uuid
from typing import cast

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.queries import Terms, share_lock_application
from app.engagements.events import (
    EngagementAccepted,
    EngagementActivated,
    EngagementClosed,
    EngagementOffered,
    EngagementProposed,
)
from app.engagements.fold import ENGAGEMENTS
from app.engagements.models import Engagement
from app.engagements.pricing import Quote, proposal_at, quote_agreed
from app.engagements.queries import quote_shown
from app.engagements.rate_card import current_rate_card
from app.events.store import record
from app.events.types import Event, stream_of
from app.firm.offers import Kind, current_offers
from app.platform.database import new_id
from app.platform.languages.prose import translations_of


class NotOnOffer(Exception):
    """The engagement can't be agreed to: it is not on offer, has already been agreed to, or the
    person was erased."""


class TermsChanged(Exception):
    """The engagement is on offer, but on other terms than the client was shown."""


def propose_terms(session: Session, application_id: uuid.UUID, quote: Quote) -> Engagement:
    """Record engagement.proposed, and create the application's engagement from it."""
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
    session.flush()  # a second proposal for the same application fails here
    return engagement


def offer_as_decided(session: Session, application: Application, terms: Terms) -> None:
    """Offer the client the reviewer's kind of engagement at their price, with the price lines that
    they saw and the proposal's texts in each language. Raises OtherCurrency."""
    shown = quote_shown(session, application, cast(Kind, terms.kind), terms.currency)
    quote = quote_agreed(shown, terms.total_cents, current_rate_card())
    offered = replace(quote, proposal=proposal_at(quote, current_offers()))
    # What is offered again keeps the words of the first time.
    in_words = {
        code: texts | quote.translations.get(code, {})
        for code, texts in translations_of(offered).items()
    }
    offer_terms(session, application.id, replace(offered, translations=in_words))


def offer_terms(session: Session, application_id: uuid.UUID, quote: Quote) -> None:
    """Offer the client the engagement on the terms of ``quote``, which replace those of an earlier
    offer.

    If the reviewer was faster than the scoring, or that failed, there is no proposal yet, and the
    offer creates the engagement.
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
    """Close the application's engagement, if there is one that the client has not agreed to."""
    engagement = _lock(
        session,
        Engagement.application_id == application_id,
        Engagement.status.in_(("proposed", "offered")),
    )
    if engagement is None:
        return
    closed = EngagementClosed(application_id=str(application_id))
    _record(session, engagement, closed, actor="system:engagements")


def accept_terms(session: Session, engagement: Engagement, *, name: str, seen_version: int) -> None:
    """Record that the client agreed, under a typed name, to the terms that they were shown, which
    were those of the engagement's ``seen_version``. Raises TermsChanged if these have changed, and
    NotOnOffer for anything but an open offer, so a second click changes nothing. It locks the
    application's row, so that a concurrent erasure, or change of the offer, waits and sees the
    contract."""
    application = share_lock_application(session, engagement.application_id)
    on_offer = _lock(session, Engagement.id == engagement.id, Engagement.status == "offered")
    if on_offer is None or application.erased_at is not None:
        raise NotOnOffer(engagement.id)
    if on_offer.version != seen_version:
        raise TermsChanged(engagement.id)
    accepted = EngagementAccepted(
        application_id=str(on_offer.application_id),
        accepted_name=name,
        currency=on_offer.currency,
        deposit_cents=on_offer.deposit_cents,
    )
    _record(session, on_offer, accepted, actor="prospect", person=application.draft_id)


def forget_signature(session: Session, application_id: uuid.UUID) -> None:
    """Remove the signer's name from the application's engagement."""
    session.execute(
        update(Engagement)
        .where(Engagement.application_id == application_id, Engagement.accepted_name.is_not(None))
        .values(accepted_name="")
    )


def make_active(session: Session, engagement_id: uuid.UUID) -> None:
    """Activate the engagement, whose deposit is paid."""
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
    """Record the event and apply it to the engagement's row, which the caller has locked."""
    stream = stream_of("engagement", engagement.id)
    recorded = record(session, stream, event, actor=actor, person=person)
    ENGAGEMENTS.advance(engagement, recorded)
