"""Refunds as rows: of a card payment as Stripe reports them, of a bank transfer as staff record
them. What becomes of the engagement is for people to decide."""

import uuid
from datetime import UTC, date, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.queries import share_lock_application
from app.engagements.models import Engagement
from app.firm.calendar import current_calendar, firm_date
from app.payments.deposits import application_id_of, lock_deposit, record_about
from app.payments.events import DepositRefunded, DepositRefundFailed
from app.payments.models import Deposit, Refund
from app.payments.stripe.inbox import RefundReport
from app.payments.stripe.reports import UNCHANGED, CardPayment, NotCounted

# A refund only moves up in rank, so neither the order nor repeats of Stripe's events matter.
RANK = {"pending": 0, "succeeded": 1, "failed": 2, "canceled": 2}
OUTCOMES = {
    "pending": "The refund is under way.",
    "succeeded": "The refund is made.",
    "failed": "The refund failed.",
    "canceled": "The refund was cancelled.",
}


class MoreThanIsLeft(Exception):
    """No bank transfer of that much is left to be refunded; nothing was changed."""


class BankRefund(msgspec.Struct, frozen=True):
    """Money sent back by bank transfer, as a member of staff saw it leave. The same ``form_id``
    means the same refund."""

    recorded_by_id: uuid.UUID
    amount_cents: int
    sent_on: date
    bank_reference: str | None
    form_id: str


def follow_refund(payment: CardPayment, report: RefundReport) -> str:
    """Store how far the refund has come, record what is new, and say what that is."""
    session, deposit = payment.session, payment.deposit
    # Some ways of paying ask the client first where the money shall go.
    status = "pending" if report.status == "requires_action" else report.status
    _check_refund(payment, report, status)
    refund = session.scalar(select(Refund).filter_by(stripe_refund_id=report.id))
    before = refund.status if refund else None
    if refund is None:
        refund = Refund(
            deposit_id=deposit.id,
            attempt_id=payment.attempt.id,
            stripe_refund_id=report.id,
            amount_cents=report.amount,
            made_on=firm_date(datetime.fromtimestamp(report.created, UTC), current_calendar()),
        )
        session.add(refund)
    elif refund.attempt_id != payment.attempt.id:
        raise NotCounted("The refund is known as one of another payment.")
    elif RANK[status] <= RANK[refund.status]:
        return UNCHANGED
    refund.status = status
    session.flush()
    if status == "succeeded":
        _record_refunded(session, deposit, refund, actor="system:payments", payment=payment)
    elif status == "failed" or before == "succeeded":
        _record_failed(payment, refund)
    return OUTCOMES[status]


def record_bank_refund(session: Session, engagement: Engagement, refund: BankRefund) -> None:
    """Record money sent back of a deposit that came by bank transfer. Raises MoreThanIsLeft.

    The bank's reference may name the payer, so none is kept of a person who was erased. The lock
    makes a concurrent erasure wait for the reference that it has to remove.
    """
    application = share_lock_application(session, engagement.application_id)
    deposit = lock_deposit(session, Deposit.engagement_id == engagement.id)
    if is_recorded(session, engagement.id, refund.form_id):
        return
    left = deposit.amount_cents - refunded_cents(session, deposit.id, None)
    if deposit.method != "bank_transfer" or refund.amount_cents > left:
        raise MoreThanIsLeft(deposit.id)
    row = Refund(
        id=_refund_id(engagement.id, refund.form_id),
        deposit_id=deposit.id,
        amount_cents=refund.amount_cents,
        status="succeeded",
        made_on=refund.sent_on,
        recorded_by_id=refund.recorded_by_id,
        bank_reference=None if application.erased_at else refund.bank_reference,
    )
    session.add(row)
    session.flush()
    _record_refunded(session, deposit, row, actor=f"staff:{refund.recorded_by_id}")


def is_recorded(session: Session, engagement_id: uuid.UUID, form_id: str) -> bool:
    """Whether the refund on that form's page has been recorded."""
    return session.get(Refund, _refund_id(engagement_id, form_id)) is not None


def refunded_cents(session: Session, deposit_id: uuid.UUID, attempt_id: uuid.UUID | None) -> int:
    """What has been refunded of a card payment or, without an attempt, of the bank transfer."""
    made = select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
        Refund.deposit_id == deposit_id,
        Refund.attempt_id.is_not_distinct_from(attempt_id),
        Refund.status == "succeeded",
    )
    return session.scalars(made).one()


def _refund_id(engagement_id: uuid.UUID, form_id: str) -> uuid.UUID:
    return uuid.uuid5(engagement_id, form_id)


def _check_refund(payment: CardPayment, report: RefundReport, status: str) -> None:
    deposit = payment.deposit
    if status not in RANK:
        raise NotCounted(f"A refund that is {status!r} is not known here.")
    if report.currency != deposit.currency:
        raise NotCounted(f"The payment was in {deposit.currency}, the refund in another currency.")
    if not 0 < report.amount <= deposit.amount_cents:
        raise NotCounted(
            f"The payment was {deposit.amount_cents} cents, the refund {report.amount}."
        )


def _record_refunded(
    session: Session,
    deposit: Deposit,
    refund: Refund,
    *,
    actor: str,
    payment: CardPayment | None = None,
) -> None:
    refunded = DepositRefunded(
        application_id=application_id_of(session, deposit),
        deposit_id=str(deposit.id),
        refund_id=str(refund.id),
        amount_cents=refund.amount_cents,
        refunded_cents=refunded_cents(session, deposit.id, refund.attempt_id),
        currency=deposit.currency,
        method="stripe" if payment else "bank_transfer",
        attempt_id=str(payment.attempt.id) if payment else None,
        is_extra=payment.attempt.is_extra if payment else False,
    )
    record_about(session, deposit, refunded, actor=actor)


def _record_failed(payment: CardPayment, refund: Refund) -> None:
    session, deposit, attempt = payment.session, payment.deposit, payment.attempt
    failed = DepositRefundFailed(
        application_id=application_id_of(session, deposit),
        deposit_id=str(deposit.id),
        refund_id=str(refund.id),
        amount_cents=refund.amount_cents,
        refunded_cents=refunded_cents(session, deposit.id, attempt.id),
        currency=deposit.currency,
        attempt_id=str(attempt.id),
        is_extra=attempt.is_extra,
    )
    record_about(session, deposit, failed)
