"""The deposit, the attempts to pay it by card, what was refunded or disputed of it, and Stripe's
reports on all of that. Money is in cents."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Model, new_id


class Deposit(Model):
    """What an engagement's client owes before work begins. due → paid, never back.

    A transfer is recorded by a member of staff, with the day on which it arrived and, if there is
    one, the bank's reference.
    """

    __tablename__ = "deposits"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    engagement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("engagements.id"), unique=True)
    amount_cents: Mapped[int]
    currency: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="due", default="due")
    method: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    received_on: Mapped[date | None]
    bank_reference: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_is_a_code"),
        CheckConstraint("status IN ('due', 'paid')", name="status_known"),
        CheckConstraint("method IN ('stripe', 'bank_transfer')", name="method_known"),
        CheckConstraint(
            "(status = 'paid') = (paid_at IS NOT NULL)"
            " AND (status = 'paid') = (method IS NOT NULL)",
            name="paid_has_its_time_and_method",
        ),
        CheckConstraint(
            "(method IS NOT DISTINCT FROM 'bank_transfer') = (recorded_by_id IS NOT NULL)"
            " AND (recorded_by_id IS NULL) = (received_on IS NULL)"
            " AND (bank_reference IS NULL OR received_on IS NOT NULL)",
            name="transfer_has_its_witness",
        ),
    )


class CheckoutAttempt(Model):
    """One payment page at Stripe, requested with one idempotency key.

    opening (committed before the call) → open (Stripe has answered) → complete (paid), expired, or
    processing (a bank may take days); failed: Stripe refused the page, or the bank the payment.
    ``request`` is what Stripe was sent, so that a repeat with the key is identical.
    ``payment_intent`` is Stripe's id of the payment; ``is_extra`` says that the deposit had already
    been paid when it came.
    """

    __tablename__ = "checkout_attempts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    deposit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deposits.id"), index=True)
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    request: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(server_default="opening", default="opening")
    stripe_session_id: Mapped[str | None] = mapped_column(unique=True)
    url: Mapped[str | None]
    payment_intent: Mapped[str | None] = mapped_column(unique=True)
    is_extra: Mapped[bool] = mapped_column(server_default="false", default=False)
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint(
            "status IN ('opening', 'open', 'expired', 'processing', 'failed', 'complete')",
            name="status_known",
        ),
        CheckConstraint(
            "status NOT IN ('open', 'processing', 'complete') OR stripe_session_id IS NOT NULL",
            name="answered_has_its_session",
        ),
        CheckConstraint("status <> 'open' OR url IS NOT NULL", name="open_has_its_page"),
        CheckConstraint("NOT is_extra OR status = 'complete'", name="extra_is_paid"),
        Index(
            "uq_checkout_attempts_payable",
            "deposit_id",
            unique=True,
            postgresql_where=text("status IN ('opening', 'open')"),
        ),
    )


class StripeEvent(Model):
    """A verified webhook, stored once by Stripe's id. ``payload`` has only the fields that we read,
    which name nobody. ``outcome`` is a sentence on what it changed, or why it changed nothing;
    ``deposit_id`` is the deposit that it turned out to be about."""

    __tablename__ = "stripe_events"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    stripe_event_id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    deposit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("deposits.id"), index=True)
    outcome: Mapped[str | None]
    handled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (handled_at IS NULL)", name="handled_has_its_outcome"),
    )


class StripeRead(Model):
    """Until when all that comes after a payment was last read at Stripe; one row."""

    __tablename__ = "stripe_reads"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    read_until: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class Refund(Model):
    """Money of a payment that goes back: at Stripe, to the card of the ``attempt``, or by a
    transfer that a member of staff recorded.

    pending → succeeded → failed: a bank may return it even after Stripe has sent it. canceled: not
    sent after all.
    """

    __tablename__ = "refunds"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    deposit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deposits.id"), index=True)
    attempt_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("checkout_attempts.id"))
    stripe_refund_id: Mapped[str | None] = mapped_column(unique=True)
    amount_cents: Mapped[int]
    status: Mapped[str]
    made_on: Mapped[date]
    recorded_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"))
    bank_reference: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint(
            "status IN ('pending', 'succeeded', 'failed', 'canceled')", name="status_known"
        ),
        CheckConstraint(
            "(attempt_id IS NULL) = (stripe_refund_id IS NULL)"
            " AND (attempt_id IS NULL) = (recorded_by_id IS NOT NULL)",
            name="by_card_or_by_transfer",
        ),
        CheckConstraint("recorded_by_id IS NULL OR status = 'succeeded'", name="transfer_was_made"),
        CheckConstraint(
            "bank_reference IS NULL OR recorded_by_id IS NOT NULL", name="transfer_has_its_witness"
        ),
    )


class Dispute(Model):
    """A card payment that the payer's bank questions or takes back, as Stripe described it at
    ``told_at``. ``status`` and ``reason`` are Stripe's words; it adds new ones now and then.
    ``answer_by`` is only known while it waits for us."""

    __tablename__ = "disputes"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    deposit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deposits.id"), index=True)
    attempt_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("checkout_attempts.id"))
    stripe_dispute_id: Mapped[str] = mapped_column(unique=True)
    amount_cents: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    status: Mapped[str]
    answer_by: Mapped[datetime | None]
    told_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))

    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
        CheckConstraint("currency ~ '^[a-z]{3}$'", name="currency_is_a_code"),
        CheckConstraint("status <> '' AND reason <> ''", name="described"),
    )
