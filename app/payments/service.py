"""Paying the deposit: on Stripe's page, or by a transfer that staff have seen."""

import uuid
from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.applications.queries import share_lock_application
from app.engagements.models import Engagement
from app.payments.attempts import (
    advance,
    begin_attempt,
    get_attempt,
    keep_page,
    leads_back_to,
    open_attempts,
)
from app.payments.deposits import NotDue, Transfer, lock_deposit, owe_deposit, pay_deposit
from app.payments.models import CheckoutAttempt, Deposit
from app.payments.stripe.answers import CheckoutRefused, PaymentUnavailable
from app.payments.stripe.gateway import current_gateway

if TYPE_CHECKING:
    from app.payments.stripe.sdk import Gateway

# The status of an attempt whose page is no longer open at Stripe. Only the webhook says whether a
# complete one is paid.
STATUS_AFTER = {"complete": "processing", "expired": "expired", "unknown": "expired"}


def record_bank_payment(session: Session, engagement: Engagement, transfer: Transfer) -> Deposit:
    """Record that the whole deposit has arrived by transfer. Raises NotDue and AlreadyPaid.

    The bank's reference may name the payer, so none is kept of a person who was erased. The lock
    makes a concurrent erasure wait for the reference that it has to remove.
    """
    if share_lock_application(session, engagement.application_id).erased_at is not None:
        transfer = replace(transfer, bank_reference=None)
    deposit = owe_deposit(session, engagement)
    pay_deposit(session, deposit, transfer=transfer)
    return deposit


def open_deposit_checkout(
    session: Session, engagement: Engagement, application: Application
) -> str | None:
    """The address of Stripe's page for the deposit; None if there is nothing to pay on it.

    Unlike other services this one commits: the idempotency key must be durable before Stripe sees
    it, and no transaction may be open while Stripe is asked. Any number of calls, concurrent or
    after a crash, make one payable page. Raises PaymentUnavailable.
    """
    gateway = current_gateway()
    attempt = _begin(session, engagement, application)
    if attempt is None or attempt.status == "processing":
        session.commit()
        return None
    is_outdated = not leads_back_to(application, attempt)
    if attempt.status == "opening":
        url = _ask_for_page(session, gateway, attempt)
        # Only a page that is known can be closed, which the second call does.
        is_to_close = url is not None and is_outdated
        return open_deposit_checkout(session, engagement, application) if is_to_close else url
    url = attempt.url
    status = _look_at_page(session, gateway, attempt, is_outdated=is_outdated)
    if status == "open":
        return url
    if status == "complete":
        return None
    return open_deposit_checkout(session, engagement, application)


def close_checkout(session: Session, deposit_id: uuid.UUID) -> None:
    """Expire the payment pages of a paid deposit that are still open, if Stripe can be reached.

    Commits, for the same reason. A page that stays open does no harm: a second payment is noted for
    refund. If Stripe has already closed a page, only its webhook or reconciliation says why.
    """
    pages = [(a.id, a.stripe_session_id or "") for a in open_attempts(session, deposit_id)]
    session.commit()
    for attempt_id, session_id in pages:
        try:
            is_closed = current_gateway().expire_checkout(session_id)
        except PaymentUnavailable:
            continue
        if is_closed:
            _move(session, deposit_id, attempt_id, "expired")


def _begin(
    session: Session, engagement: Engagement, application: Application
) -> CheckoutAttempt | None:
    """The attempt to continue with; None if nothing is due, or if the person was erased. The lock
    makes a concurrent erasure wait for the attempt, whose request it has to empty."""
    if share_lock_application(session, application.id).erased_at is not None:
        return None
    try:
        deposit = owe_deposit(session, engagement)
    except NotDue:
        return None
    if deposit.status == "paid":
        return None
    return begin_attempt(session, deposit, engagement, application)


def _ask_for_page(session: Session, gateway: "Gateway", attempt: CheckoutAttempt) -> str | None:
    """Request the page with the attempt's key, for the first time or again."""
    attempt_id, deposit_id = attempt.id, attempt.deposit_id
    key, request = attempt.idempotency_key, attempt.request
    since = int(attempt.created_at.timestamp())
    session.commit()
    try:
        page = gateway.open_checkout(request, key, since=since)
    except CheckoutRefused:
        _move(session, deposit_id, attempt_id, "failed")
        raise
    deposit = lock_deposit(session, Deposit.id == deposit_id)
    attempt = get_attempt(session, attempt_id)
    keep_page(attempt, page)
    is_paid = deposit.status == "paid"  # by a transfer, while Stripe was asked
    url = attempt.url if attempt.status == "open" and not is_paid else None
    session.commit()
    if is_paid:
        close_checkout(session, deposit_id)
    return url


def _look_at_page(
    session: Session, gateway: "Gateway", attempt: CheckoutAttempt, *, is_outdated: bool
) -> str:
    """Ask Stripe for the status of the attempt's page, because a webhook may be late or lost. A
    page that is outdated is closed."""
    attempt_id, deposit_id = attempt.id, attempt.deposit_id
    session_id = attempt.stripe_session_id or ""
    session.commit()
    status = gateway.read_checkout(session_id)
    if status == "open" and is_outdated:
        gateway.expire_checkout(session_id)
        status = gateway.read_checkout(session_id)  # it may have been closed or paid just before
    if status != "open":
        _move(session, deposit_id, attempt_id, STATUS_AFTER[status])
    return status


def _move(session: Session, deposit_id: uuid.UUID, attempt_id: uuid.UUID, status: str) -> None:
    lock_deposit(session, Deposit.id == deposit_id)
    advance(get_attempt(session, attempt_id), status)
    session.commit()
