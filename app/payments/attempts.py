"""The attempts to pay a deposit by card, as rows. Changing one requires the lock on its deposit."""

import uuid
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.queries import engagement_name
from app.payments.models import CheckoutAttempt, Deposit
from app.payments.stripe.answers import CheckoutPage
from app.platform.database import new_id, utc_now

# Less than the 24 hours for which Stripe remembers a key, so that a key can be repeated for as long
# as its page can be paid.
LIFETIME = timedelta(hours=12)

# An attempt only moves up in rank, so neither the order nor repeats of Stripe's events matter.
RANK = {"opening": 0, "open": 1, "expired": 2, "processing": 3, "failed": 4, "complete": 5}


def begin_attempt(
    session: Session, deposit: Deposit, engagement: Engagement, application: Application
) -> CheckoutAttempt:
    """The one attempt that may still be paid, or else a new one with its own key.

    Only Stripe says when an open attempt ends. One that Stripe never answered ends when its time is
    up, since nobody knows its page.
    """
    live = _live_attempt(session, deposit)
    if live and live.status == "opening" and live.expires_at <= utc_now():
        live.status = "expired"
        session.flush()  # before the insert: the database allows one payable attempt at a time
        live = None
    return live or _add_attempt(session, deposit, engagement, application)


def get_attempt(session: Session, attempt_id: uuid.UUID) -> CheckoutAttempt:
    """The attempt as it is in the database now."""
    return session.get_one(CheckoutAttempt, attempt_id, populate_existing=True)


def keep_page(attempt: CheckoutAttempt, page: CheckoutPage) -> None:
    """Store Stripe's answer, unless another process or a webhook was first."""
    if attempt.status == "opening":
        attempt.stripe_session_id = page.session_id
        attempt.url = page.url
        attempt.status = "open"


def keep_intent(session: Session, attempt: CheckoutAttempt, intent: str | None) -> None:
    """Store Stripe's id of the payment, by which it later names refunds and disputes of it."""
    known = select(CheckoutAttempt.id).where(CheckoutAttempt.payment_intent == intent)
    if attempt.payment_intent is None and intent and session.scalar(known) is None:
        attempt.payment_intent = intent


def leads_back_to(application: Application, attempt: CheckoutAttempt) -> bool:
    """Whether the attempt's page sends the payer back to the present link of the prospect's page,
    which staff may have replaced since."""
    return application.access_token in attempt.request["success_url"]


def advance(attempt: CheckoutAttempt, status: str) -> bool:
    """Move the attempt up to ``status``; return False if it is already that high."""
    if RANK[status] <= RANK[attempt.status]:
        return False
    attempt.status = status
    return True


def open_attempts(session: Session, deposit_id: uuid.UUID) -> list[CheckoutAttempt]:
    """The attempts whose page can be paid."""
    wanted = select(CheckoutAttempt).where(
        CheckoutAttempt.deposit_id == deposit_id, CheckoutAttempt.status == "open"
    )
    return list(session.scalars(wanted))


def _live_attempt(session: Session, deposit: Deposit) -> CheckoutAttempt | None:
    return session.scalar(
        select(CheckoutAttempt)
        .where(
            CheckoutAttempt.deposit_id == deposit.id,
            CheckoutAttempt.status.in_(("opening", "open", "processing")),
        )
        .order_by(CheckoutAttempt.status == "processing")
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _add_attempt(
    session: Session, deposit: Deposit, engagement: Engagement, application: Application
) -> CheckoutAttempt:
    attempt_id = new_id()
    expires_at = (utc_now() + LIFETIME).replace(microsecond=0)
    attempt = CheckoutAttempt(
        id=attempt_id,
        deposit_id=deposit.id,
        idempotency_key=f"checkout-{attempt_id}",
        expires_at=expires_at,
        request={
            **_request(deposit, engagement, application, attempt_id),
            "expires_at": int(expires_at.timestamp()),
        },
    )
    session.add(attempt)
    session.flush()
    return attempt


def _request(
    deposit: Deposit, engagement: Engagement, application: Application, attempt_id: uuid.UUID
) -> dict[str, Any]:
    """The request to Stripe: one line, the deposit, and the links back to the prospect's page."""
    quote = engagement.priced
    offer = engagement_name(engagement)
    metadata = {"deposit_id": str(deposit.id), "reference": application.reference}
    product = {
        "name": gettext("First month: %(offer)s", offer=offer)
        if quote.deposit_is_first_month
        else gettext("Deposit: %(offer)s", offer=offer),
        "description": application.reference,
    }
    price = {
        "currency": deposit.currency,
        "unit_amount": deposit.amount_cents,
        "product_data": product,
    }
    request: dict[str, Any] = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": str(attempt_id),
        "success_url": _own_page(application, payment="done", attempt=attempt_id),
        "cancel_url": _own_page(application, payment="cancelled"),
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        # Else an account's settings may let Stripe charge another currency, at its own rate.
        "adaptive_pricing": {"enabled": False},
    }
    if application.email.isascii():  # Stripe accepts no others
        request["customer_email"] = application.email
    return request


def _own_page(application: Application, **query: Any) -> str:
    token = application.access_token
    return url_for("portal.status", token=token, _anchor="deposit", _external=True, **query)
