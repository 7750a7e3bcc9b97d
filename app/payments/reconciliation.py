"""Asks Stripe about our payment pages. A webhook may never come, because its endpoint was disabled
or misspelled, or may have come just before the database was restored from a backup."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.payments.gateway import PaymentUnavailable, current_gateway
from app.payments.models import CheckoutAttempt
from app.payments.settlement import SETTLE
from app.payments.stripe_events import UnusableEvent, store_stripe_event
from app.platform.database import utc_now

# How long Stripe keeps its events: https://docs.stripe.com/api/events/list
KEPT = timedelta(days=30)
# Leaves a webhook that is on its way time to arrive, so that it is not logged as missed.
GRACE = timedelta(minutes=10)

log = structlog.get_logger()


def fetch_missed_events(session: Session) -> None:
    """Fetch and store the events that no webhook brought about payment pages that still wait for
    one. Commits, because no transaction may be open while Stripe is asked."""
    since = _waiting_since(session)
    session.commit()
    if since is None:
        return
    try:
        bodies = current_gateway().read_events(list(SETTLE), since, utc_now() - GRACE)
    except PaymentUnavailable:
        return  # the gateway has logged why, and is asked again
    for body in bodies:
        _store(session, body)


def _waiting_since(session: Session) -> datetime | None:
    """When the oldest page was requested that can still be paid, or whose payment is still being
    processed; None if there is none."""
    return session.scalar(
        select(func.min(CheckoutAttempt.created_at)).where(
            CheckoutAttempt.status.in_(("opening", "open", "processing")),
            CheckoutAttempt.created_at > utc_now() - KEPT,
        )
    )


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
