"""Disputes as rows: a card payment that the payer's bank questions or takes back."""

from datetime import UTC, datetime

from sqlalchemy import select

from app.payments.deposits import application_id_of, record_about
from app.payments.events import DepositDisputeClosed, DepositDisputed
from app.payments.models import Dispute
from app.payments.states import is_inquiry, is_over, phase_of, wants_answer
from app.payments.stripe.inbox import DisputeReport
from app.payments.stripe.reports import UNCHANGED, CardPayment, NotCounted


def follow_dispute(payment: CardPayment, report: DisputeReport, *, told_at: int) -> str:
    """Store the dispute as Stripe described it at that time (Unix seconds), record what is new, and
    say what that is. The latest description counts, in whichever order they come."""
    session, told = payment.session, datetime.fromtimestamp(told_at, UTC)
    dispute = session.scalar(select(Dispute).filter_by(stripe_dispute_id=report.id))
    before = _told(dispute) if dispute else None
    if dispute is None:
        dispute = Dispute(
            deposit_id=payment.deposit.id,
            attempt_id=payment.attempt.id,
            stripe_dispute_id=report.id,
        )
        session.add(dispute)
    elif dispute.attempt_id != payment.attempt.id:
        raise NotCounted("The dispute is known as one of another payment.")
    elif (told, _rank(report.status)) <= (dispute.told_at, _rank(dispute.status)):
        return UNCHANGED
    due_by = report.evidence_details.due_by if wants_answer(report.status) else None
    dispute.amount_cents, dispute.currency = report.amount, report.currency
    dispute.reason, dispute.status, dispute.told_at = report.reason, report.status, told
    dispute.answer_by = datetime.fromtimestamp(due_by, UTC) if due_by else None
    session.flush()
    return _record_news(payment, dispute, before)


def _rank(status: str) -> int:
    """Which of two descriptions from one second is the later: a bank asks, disputes, closes, and
    each is answered after it was asked."""
    if is_over(status):
        return 4
    return (0 if is_inquiry(status) else 2) + (0 if wants_answer(status) else 1)


def _told(dispute: Dispute) -> tuple[str, int, str]:
    """What events tell of the dispute."""
    return phase_of(dispute.status), dispute.amount_cents, dispute.currency


def _record_news(
    payment: CardPayment, dispute: Dispute, before: tuple[str, int, str] | None
) -> str:
    """Record the first word of a dispute, an inquiry that became one, another amount, and the
    end."""
    if before == _told(dispute):
        return f"The dispute goes on: {dispute.status}."
    if is_over(dispute.status):
        _record_closed(payment, dispute)
        return f"The dispute is closed: {dispute.status}."
    _record_disputed(payment, dispute)
    asks = is_inquiry(dispute.status)
    return "The bank asks about the payment." if asks else "The payment is disputed."


def _record_disputed(payment: CardPayment, dispute: Dispute) -> None:
    session, attempt = payment.session, payment.attempt
    disputed = DepositDisputed(
        application_id=application_id_of(session, payment.deposit),
        deposit_id=str(dispute.deposit_id),
        dispute_id=str(dispute.id),
        amount_cents=dispute.amount_cents,
        currency=dispute.currency,
        reason=dispute.reason,
        attempt_id=str(attempt.id),
        is_inquiry=is_inquiry(dispute.status),
        answer_by=dispute.answer_by.isoformat() if dispute.answer_by else None,
        is_extra=attempt.is_extra,
    )
    record_about(session, payment.deposit, disputed)


def _record_closed(payment: CardPayment, dispute: Dispute) -> None:
    session, attempt = payment.session, payment.attempt
    closed = DepositDisputeClosed(
        application_id=application_id_of(session, payment.deposit),
        deposit_id=str(dispute.deposit_id),
        dispute_id=str(dispute.id),
        amount_cents=dispute.amount_cents,
        currency=dispute.currency,
        outcome=dispute.status,
        attempt_id=str(attempt.id),
        is_extra=attempt.is_extra,
    )
    record_about(session, payment.deposit, closed)
