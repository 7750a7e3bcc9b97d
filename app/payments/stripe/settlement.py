"""What follows from a stored Stripe event: at most one payment, and what becomes of it, in any
order and with any repeats.

Everything in an event about a payment page is checked: the session must be that of our attempt, in
payment mode, in the key's own mode (live or test), and over exactly the deposit's amount and
currency. A refund or a dispute has to be about a payment that was counted.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.payments.attempts import advance, get_attempt, keep_intent
from app.payments.deposits import lock_deposit, note_overpayment, pay_deposit
from app.payments.disputes import follow_dispute
from app.payments.models import CheckoutAttempt, Deposit, StripeEvent
from app.payments.refunds import follow_refund
from app.payments.stripe.inbox import (
    DISPUTES,
    REFUNDS,
    CheckoutEvent,
    CheckoutReport,
    DisputeEvent,
    RefundEvent,
)
from app.payments.stripe.reports import (
    UNCHANGED,
    UNKNOWN_TYPE,
    NotCounted,
    payment_behind,
    read_report,
)
from app.platform.database import utc_now

log = structlog.get_logger()

SECOND_PAYMENT = "Second payment, refund it: the deposit had already been paid."


def settle_event(session: Session, stored: StripeEvent, *, is_live: bool) -> None:
    """Act on the event and store its outcome. ``is_live`` is the mode of our key."""
    try:
        stored.outcome = _settle(session, stored, is_live=is_live)
    except NotCounted as reason:
        stored.outcome = str(reason)
        log.warning(
            "stripe.event_not_counted", stripe_event=stored.stripe_event_id, reason=stored.outcome
        )
    stored.handled_at = utc_now()


def _settle(session: Session, stored: StripeEvent, *, is_live: bool) -> str:
    if stored.type in REFUNDS:
        refund = read_report(stored, RefundEvent, "a refund", is_live=is_live).data.object
        return follow_refund(payment_behind(session, stored, refund.payment_intent), refund)
    if stored.type in DISPUTES:
        event = read_report(stored, DisputeEvent, "a dispute", is_live=is_live)
        dispute = event.data.object
        payment = payment_behind(session, stored, dispute.payment_intent)
        return follow_dispute(payment, dispute, told_at=event.created)
    if stored.type not in SETTLE:
        return UNKNOWN_TYPE
    case = _open_case(session, stored, is_live=is_live)
    case.attempt.stripe_session_id = case.report.id
    keep_intent(session, case.attempt, case.report.payment_intent)
    return SETTLE[stored.type](case)


@dataclass(frozen=True)
class Case:
    """A checked report, with the attempt and the deposit that it is about, locked."""

    session: Session
    report: CheckoutReport
    attempt: CheckoutAttempt
    deposit: Deposit


def _open_case(session: Session, stored: StripeEvent, *, is_live: bool) -> Case:
    event = read_report(stored, CheckoutEvent, "a checkout session", is_live=is_live)
    report = event.data.object
    attempt = _attempt_of(session, report)
    deposit = lock_deposit(session, Deposit.id == attempt.deposit_id)
    stored.deposit_id = deposit.id
    _check_terms(report, deposit)
    return Case(session, report, get_attempt(session, attempt.id), deposit)


def _attempt_of(session: Session, report: CheckoutReport) -> CheckoutAttempt:
    """The attempt that the session names, which must name the same session, or none yet."""
    try:
        reference = uuid.UUID(report.client_reference_id or "")
    except ValueError:
        raise NotCounted("The session carries no reference of ours.") from None
    attempt = session.get(CheckoutAttempt, reference)
    if attempt is None:
        raise NotCounted("The session's reference is not one of our attempts.")
    known_as = session.scalar(
        select(CheckoutAttempt.id).where(CheckoutAttempt.stripe_session_id == report.id)
    )
    if attempt.stripe_session_id not in {None, report.id} or known_as not in {None, attempt.id}:
        raise NotCounted("The session is not the one that Stripe gave this attempt.")
    return attempt


def _check_terms(report: CheckoutReport, deposit: Deposit) -> None:
    if report.metadata.deposit_id != str(deposit.id):
        raise NotCounted("The session names another deposit.")
    if report.mode != "payment":
        raise NotCounted("The session is not one for a payment.")
    if report.currency != deposit.currency:
        raise NotCounted(f"The deposit is in {deposit.currency}, the session in another currency.")
    if report.amount_total != deposit.amount_cents:
        raise NotCounted(
            f"The deposit is {deposit.amount_cents} cents, the session {report.amount_total}."
        )


def _complete(case: Case) -> str:
    if case.report.payment_status != "unpaid":
        return _pay(case)
    moved = advance(case.attempt, "processing")
    return "The payment is on its way from the payer's bank." if moved else UNCHANGED


def _pay(case: Case) -> str:
    if case.report.payment_status != "paid":
        raise NotCounted("The session is not paid.")
    if not advance(case.attempt, "complete"):
        return UNCHANGED
    if case.deposit.status == "paid":
        note_overpayment(case.session, case.deposit, case.attempt)
        raise NotCounted(SECOND_PAYMENT)
    pay_deposit(case.session, case.deposit)
    return "The deposit is paid."


def _expire(case: Case) -> str:
    return "The payment page has expired." if advance(case.attempt, "expired") else UNCHANGED


def _fail(case: Case) -> str:
    moved = advance(case.attempt, "failed")
    return "The payer's bank refused the payment." if moved else UNCHANGED


SETTLE: dict[str, Callable[[Case], str]] = {
    "checkout.session.completed": _complete,
    "checkout.session.async_payment_succeeded": _pay,
    "checkout.session.async_payment_failed": _fail,
    "checkout.session.expired": _expire,
}
