"""The engagements' subscribers."""

from msgspec.structs import replace
from sqlalchemy.orm import Session

from app.applications.queries import share_lock_application
from app.engagements.pricing import proposal_at, quote_agreed, quote_engagement
from app.engagements.queries import engagement_of, quote_shown
from app.engagements.rate_card import current_rate_card
from app.engagements.service import (
    close_unless_agreed,
    forget_signature,
    make_active,
    offer_terms,
    propose_terms,
)
from app.events.types import RecordedEvent
from app.firm.offers import current_offers
from app.platform.languages.prose import translations_of


def propose_engagement(session: Session, scored: RecordedEvent) -> None:
    """application.scored → engagement.proposed, of the recommended kind at its price.

    An application that was decided or withdrawn before its score arrived needs no proposal. The
    lock makes a concurrent withdrawal wait until there is a proposal to close.
    """
    application = share_lock_application(session, scored.subject_id)
    if not application.is_open or engagement_of(session, application.id):
        return
    quote = quote_engagement(scored.data.recommended_kind, application.answers, current_rate_card())
    propose_terms(session, application.id, quote)


def offer_engagement(session: Session, accepted: RecordedEvent) -> None:
    """application.accepted → engagement.offered, of the reviewer's kind at their price, with the
    price lines that they saw and the proposal's texts in each language. Raises OtherCurrency.

    Nothing is offered to a person who was erased, as the erasure may have been handled already. The
    lock makes a concurrent erasure wait until there is an offer to close.
    """
    application = share_lock_application(session, accepted.subject_id)
    if application.erased_at is not None:
        return
    given = accepted.data
    shown = quote_shown(session, application, given.kind, given.currency)
    quote = quote_agreed(shown, given.total_cents, current_rate_card())
    offered = replace(quote, proposal=proposal_at(quote, current_offers()))
    in_words = replace(offered, translations=translations_of(offered))
    offer_terms(session, application.id, in_words)


def close_engagement(session: Session, ended: RecordedEvent) -> None:
    """application.declined, .withdrawn, .erased → engagement.closed, unless it is a contract."""
    close_unless_agreed(session, ended.subject_id)


def activate_engagement(session: Session, paid: RecordedEvent) -> None:
    """deposit.paid → engagement.activated."""
    make_active(session, paid.subject_id)


def erase_signature(session: Session, erased: RecordedEvent) -> None:
    """application.erased → the signer's name is removed from the engagement."""
    forget_signature(session, erased.subject_id)
