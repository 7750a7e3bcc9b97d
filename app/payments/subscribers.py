"""Payments' part in the flow."""

from sqlalchemy.orm import Session

from app.engagements.queries import engagement_of, get_engagement
from app.events.types import RecordedEvent
from app.payments.deposits import forget_payer, owe_deposit
from app.payments.gateway import current_gateway
from app.payments.models import StripeEvent
from app.payments.settlement import settle_event


def request_deposit(session: Session, accepted: RecordedEvent) -> None:
    """engagement.accepted → the deposit, due. The client's own click may have made it before."""
    owe_deposit(session, get_engagement(session, accepted.subject_id))


def erase_payer(session: Session, erased: RecordedEvent) -> None:
    """application.erased → the deposit without what names its payer. Stripe keeps what it has."""
    if engagement := engagement_of(session, erased.subject_id):
        forget_payer(session, engagement.id)


def settle_deposit(session: Session, received: RecordedEvent) -> None:
    """stripe.event_received → deposit.paid, if it says so and all of it is right."""
    stored = session.get_one(StripeEvent, received.subject_id)
    settle_event(session, stored, is_live=current_gateway().is_live)
