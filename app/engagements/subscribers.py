"""The engagements' subscribers."""

from sqlalchemy.orm import Session

from app.applications.queries import holds_still, share_lock_application
from app.engagements.pricing import quote_engagement
from app.engagements.queries import engagement_of
from app.engagements.rate_card import current_rate_card
from app.engagements.service import (
    close_unless_agreed,
    forget_signature,
    make_active,
    offer_as_decided,
    propose_terms,
)
from app.events.types import RecordedEvent


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
    """application.accepted → engagement.offered. Raises OtherCurrency.

    If this is handled late, the offer may have been changed already, which has offered the new
    terms, or taken back; and nothing is offered to a person who was erased. The lock makes whoever
    does that at the same moment wait until there is an offer to change or to close.
    """
    application = share_lock_application(session, accepted.subject_id)
    if application.erased_at is None and holds_still(session, application, accepted):
        offer_as_decided(session, application, accepted.data)


def close_engagement(session: Session, ended: RecordedEvent) -> None:
    """application.declined, .withdrawn, .erased → engagement.closed, unless it is a contract."""
    close_unless_agreed(session, ended.subject_id)


def activate_engagement(session: Session, paid: RecordedEvent) -> None:
    """deposit.paid → engagement.activated."""
    make_active(session, paid.subject_id)


def erase_signature(session: Session, erased: RecordedEvent) -> None:
    """application.erased → the signer's name is removed from the engagement."""
    forget_signature(session, erased.subject_id)
