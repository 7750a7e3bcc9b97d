"""The notifications' subscribers about money that has to go back, or that a bank takes back.

Staff are told even after an erasure, without a name.
"""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.queries import share_lock_application
from app.events.types import RecordedEvent
from app.notifications.letters import staff_money
from app.notifications.service import tell_staff


def alert_staff_of_overpayment(session: Session, overpaid: RecordedEvent) -> None:
    """deposit.overpaid → the amount to refund, to staff."""
    application, amount = _application_of(session, overpaid), overpaid.data.amount_cents
    letter = staff_money.deposit_overpaid(application, amount, overpaid.data.currency)
    tell_staff(session, letter, because=overpaid, about=application)


def alert_staff_of_failed_refund(session: Session, failed: RecordedEvent) -> None:
    """deposit.refund_failed → the amount to send another way, to staff."""
    application, amount = _application_of(session, failed), failed.data.amount_cents
    letter = staff_money.refund_failed(application, amount, failed.data.currency)
    tell_staff(session, letter, because=failed, about=application)


def alert_staff_of_dispute(session: Session, disputed: RecordedEvent) -> None:
    """deposit.disputed → the reason, and by when to answer, to staff."""
    application, told = _application_of(session, disputed), disputed.data
    letter = staff_money.deposit_disputed(
        application,
        told.amount_cents,
        told.currency,
        reason=told.reason,
        answer_by=datetime.fromisoformat(told.answer_by) if told.answer_by else None,
        is_inquiry=told.is_inquiry,
    )
    tell_staff(session, letter, because=disputed, about=application)


def alert_staff_of_dispute_end(session: Session, closed: RecordedEvent) -> None:
    """deposit.dispute_closed → how it ended, to staff."""
    application, told = _application_of(session, closed), closed.data
    letter = staff_money.dispute_closed(application, told.amount_cents, told.currency, told.outcome)
    tell_staff(session, letter, because=closed, about=application)


def _application_of(session: Session, about: RecordedEvent) -> Application:
    return share_lock_application(session, uuid.UUID(about.data.application_id))
