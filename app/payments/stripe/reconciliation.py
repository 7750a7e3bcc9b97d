"""Asks Stripe about our payments. A webhook may never come, because its endpoint was disabled or
misspelled, or may have come just before the database was restored from a backup."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.payments.attempts import get_attempt, keep_intent
from app.payments.deposits import lock_deposit
from app.payments.models import CheckoutAttempt, Deposit, StripeEvent, StripeRead
from app.payments.stripe.answers import PaymentUnavailable
from app.payments.stripe.gateway import KEPT, current_gateway
from app.payments.stripe.inbox import (
    DISPUTES,
    REFUNDS,
    UnusableEvent,
    repeat_received,
    store_stripe_event,
)
from app.payments.stripe.reports import UNKNOWN_PAYMENT, UNKNOWN_TYPE
from app.payments.stripe.settlement import SETTLE
from app.platform.database import utc_now

# Leaves a webhook that is on its way time to arrive, so that it is not logged as missed.
GRACE = timedelta(minutes=10)
READ_ALL_EVERY = timedelta(days=1)
# An event may appear in Stripe's list some time after its own time.
OVERLAP = timedelta(hours=1)
# Of how many payments the id is asked for in one pass, so that the task ends within its time.
ASKED_AT_ONCE = 40
AFTERWARDS = (*REFUNDS, *DISPUTES)
INTENT = StripeEvent.payload["data"]["object"]["payment_intent"].astext

log = structlog.get_logger()


def fetch_missed_events(session: Session) -> None:
    """Fetch and store the events that no webhook brought: about payment pages that still wait for
    one, and about refunds and disputes once somebody has paid by card. Commits, because no
    transaction may be open while Stripe is asked."""
    until = utc_now() - GRACE
    try:
        if since := _waiting_since(session):
            _fetch(session, list(SETTLE), since, until)
        if since := _paid_since(session):
            _fetch_afterwards(session, since, until)
    except PaymentUnavailable:
        return  # the gateway has logged why, and is asked again


def hear_again(session: Session) -> None:
    """Have refunds and disputes handled once more that came before we knew of their payment. For
    payments from before Stripe's id of them was stored, Stripe is asked for it. Commits."""
    if not session.scalar(select(_not_placed().exists())):
        return
    _learn_intents(session)
    paid = CheckoutAttempt.status == "complete"
    known = select(CheckoutAttempt.payment_intent).where(paid)
    for stored in session.scalars(_not_placed().where(INTENT.in_(known))).all():
        repeat_received(session, stored)
    session.commit()


def _waiting_since(session: Session) -> datetime | None:
    """When the oldest page was opened that can still be paid, or whose payment is being processed,
    as far back as Stripe keeps events. If Stripe never answered, nobody knows the page, and once
    its time is up nobody will."""
    now = utc_now()
    waiting = CheckoutAttempt.status.in_(("open", "processing")) | (
        (CheckoutAttempt.status == "opening") & (CheckoutAttempt.expires_at > now)
    )
    oldest = select(func.min(CheckoutAttempt.created_at))
    return session.scalar(oldest.where(waiting, CheckoutAttempt.created_at > now - KEPT))


def _paid_since(session: Session) -> datetime | None:
    """When the oldest page was opened that was paid, or since when Stripe keeps events."""
    oldest = select(func.min(CheckoutAttempt.created_at))
    since = session.scalar(oldest.where(CheckoutAttempt.status == "complete"))
    return max(since, utc_now() - KEPT) if since else None


def _fetch_afterwards(session: Session, since: datetime, until: datetime) -> None:
    """Read everything once a day, and in between what came since then. News of an old refund is a
    new event. Where it was last read is in the database, so it goes back with it."""
    read = session.get(StripeRead, 1)
    if read and timedelta(0) <= until - read.read_until < READ_ALL_EVERY:
        _fetch(session, AFTERWARDS, read.read_until - OVERLAP, until)
        return
    _fetch(session, AFTERWARDS, since, until)
    session.merge(StripeRead(id=1, read_until=until))
    session.commit()


def _fetch(session: Session, types: Sequence[str], since: datetime, until: datetime) -> None:
    session.commit()
    for body in current_gateway().read_events(types, since, until):
        _store(session, body)


def _not_placed() -> Select[StripeEvent]:
    """The refunds and disputes that were handled without our knowing their payment, or by a worker
    of an older release, beside which this one ran, to which their types said nothing. One that
    names no payment stays as it is."""
    return select(StripeEvent).where(
        StripeEvent.type.in_(AFTERWARDS),
        StripeEvent.outcome.in_((UNKNOWN_PAYMENT, UNKNOWN_TYPE)),
        INTENT.is_not(None),
    )


def _learn_intents(session: Session) -> None:
    """Some of them in each pass, and never the same first: Stripe may not know some at all, for
    example after a change of the account."""
    unknown = select(
        CheckoutAttempt.id, CheckoutAttempt.deposit_id, CheckoutAttempt.stripe_session_id
    ).where(CheckoutAttempt.status == "complete", CheckoutAttempt.payment_intent.is_(None))
    pages = session.execute(unknown.order_by(func.random()).limit(ASKED_AT_ONCE)).all()
    session.commit()
    for attempt_id, deposit_id, session_id in pages:
        try:
            intent = current_gateway().read_intent(session_id or "")
        except PaymentUnavailable:
            return  # as above
        lock_deposit(session, Deposit.id == deposit_id)
        keep_intent(session, get_attempt(session, attempt_id), intent)
        session.commit()


def _store(session: Session, body: bytes) -> None:
    try:
        missed = store_stripe_event(session, body)
        session.commit()
    except UnusableEvent:
        session.rollback()
        log.warning("stripe.fetched_event_unusable")
        return
    if missed:
        log.warning(
            "stripe.webhook_missed", stripe_event=missed.stripe_event_id, type=missed.stripe_type
        )
