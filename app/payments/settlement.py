"""What follows from a stored Stripe event: at most one payment, in any order and with any repeats.

Everything in the event is checked: the session must be that of our attempt, in payment mode, in the
key's own mode (live or test), and over exactly the deposit's amount and currency.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.payments.attempts import advance, get_attempt
from app.payments.deposits import lock_deposit, note_overpayment, pay_deposit
from app.payments.models import CheckoutAttempt, Deposit, StripeEvent
from app.payments.stripe_events import CheckoutEvent, CheckoutReport
from app.platform.database import utc_now

log = structlog.get_logger()

UNCHANGED = "Nothing to change: the attempt is already further on."
SECOND_PAYMENT = "Second payment, refund it: the deposit had already been paid."


class NotCounted(Exception):
    """The event changes nothing; the message says why, for staff."""


def settle_event(session: Session, stored: StripeEvent, *, is_live: bool) -> None:
    """Act on the event and store its outcome. ``is_live`` is the mode of our key."""
    settle = SETTLE.get(stored.type)
    try:
        if settle is None:
            stored.outcome = "Nothing follows from events of this type."
        else:
            case = _open_case(session, stored, is_live=is_live)
            case.attempt.stripe_session_id = case.report.id
            stored.outcome = settle(case)
    except NotCounted as reason:
        stored.outcome = str(reason)
        log.warning(
            "stripe.event_not_counted", stripe_event=stored.stripe_event_id, reason=stored.outcome
        )
    stored.handled_at = utc_now()


@dataclass(frozen=True)
class Case:
    """A checked report, with the attempt and the deposit that it is about, locked."""

    session: Session
    report: CheckoutReport
    attempt: CheckoutAttempt
    deposit: Deposit


def _open_case(session: Session, stored: StripeEvent, *, is_live: bool) -> Case:
    try:
        event = msgspec.convert(stored.payload, CheckoutEvent)
    except msgspec.ValidationError as incomplete:
        fault = stored.payload.get("fault", incomplete)
        raise NotCounted(f"Not a checkout session as Stripe describes it: {fault}.") from None
    if event.livemode is not is_live:
        raise NotCounted("Test mode and live mode differ between the event and our key.")
    attempt = _attempt_of(session, event.report)
    deposit = lock_deposit(session, Deposit.id == attempt.deposit_id)
    stored.deposit_id = deposit.id
    _check_terms(event.report, deposit)
    return Case(session, event.report, get_attempt(session, attempt.id), deposit)


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
        note_overpayment(case.session, case.deposit)
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
