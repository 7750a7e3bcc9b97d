"""The payments' subscribers."""

from sqlalchemy.orm import Session

from app.engagements.queries import engagement_of, get_engagement
from app.events.types import RecordedEvent
from app.payments.deposits import forget_payer, owe_deposit
from app.payments.models import StripeEvent
from app.payments.stripe.gateway import is_live_key, stripe_key
from app.payments.stripe.settlement import settle_event


def request_deposit(session: Session, accepted: RecordedEvent) -> None:
    """engagement.accepted → the deposit is due. The client's own click may have created it
    first."""
    owe_deposit(session, get_engagement(session, accepted.subject_id))


def erase_payer(session: Session, erased: RecordedEvent) -> None:
    """application.erased → what names the payer is erased here. Stripe keeps its own records."""
    if engagement := engagement_of(session, erased.subject_id):
        forget_payer(session, engagement.id)


def settle_deposit(session: Session, received: RecordedEvent) -> None:
    """stripe.event_received → deposit.paid or .overpaid, .refunded or .refund_failed, .disputed or
    .dispute_closed, whichever it reports; nothing if it fails a check or says nothing new."""
    stored = session.get_one(StripeEvent, received.subject_id)
    settle_event(session, stored, is_live=is_live_key(stripe_key()))
