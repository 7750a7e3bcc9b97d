"""What pages show about a deposit."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from flask_babel import lazy_gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.applications.queries import get_application
from app.engagements.models import Engagement
from app.firm.brand import Bank, current_brand
from app.payments.balance import Payment, payments_for
from app.payments.events import DepositOverpaid
from app.payments.models import CheckoutAttempt, Deposit, Dispute, Refund, StripeEvent
from app.platform.settings import current_config

# The most that Stripe charges: https://docs.stripe.com/currencies
MOST_BY_CARD = 99_999_999
PROBLEMS = {
    "expired": lazy_gettext(
        "The last payment page was closed before it was paid. Nothing was charged."
    ),
    "failed": lazy_gettext(
        "The last attempt to pay by card did not go through. Nothing was charged."
    ),
}


def came_back_from_stripe(query: Mapping[str, str]) -> bool:
    """Whether the page's address is the one to which Stripe sends somebody who has paid. It does so
    before it tells us about the payment."""
    return query.get("payment") == "done"


class DepositPanel(msgspec.Struct, frozen=True):
    """The deposit as a page shows it; the amount is in cents of ``currency``.

    ``is_first_month``: it pays for the first month, and is called that. ``is_processing``: it was
    paid at Stripe, and the payer's bank is still processing it. ``reference`` identifies a
    transfer. ``attempt`` is the id of the last one by card, ``problem`` a sentence on it.
    ``payments`` are those that arrived.
    """

    amount_cents: int
    currency: str
    reference: str
    bank: Bank
    by_card: bool
    is_over_card_limit: bool
    is_first_month: bool
    status: str = "due"
    paid_at: datetime | None = None
    method: str | None = None
    is_processing: bool = False
    attempt: str = ""
    problem: str | None = None
    payments: Sequence[Payment] = ()

    @property
    def own(self) -> Payment | None:
        """The payment that paid the deposit."""
        return next((payment for payment in self.payments if not payment.is_extra), None)

    @property
    def is_refunded(self) -> bool:
        """Whether all of what paid it was refunded, and no second payment stands in for it."""
        is_kept = any(payment.left_cents for payment in self.payments)
        return self.own is not None and self.own.is_refunded and not is_kept

    @property
    def is_paid_twice(self) -> bool:
        """Whether more than the deposit is still here. Of two payments, either may be refunded."""
        return sum(payment.left_cents for payment in self.payments) > self.amount_cents

    def is_to_refund(self, payment: Payment) -> bool:
        """Whether staff are asked to refund what is left of it, a second payment."""
        is_asked = payment.is_extra and not payment.is_untold and payment.left_cents > 0
        return is_asked and self.is_paid_twice

    def is_settled(self, overpaid: DepositOverpaid) -> bool:
        """Whether all of that second payment has gone back for good, or so much of the others that
        no more than the deposit is kept."""
        if sum(payment.kept_cents for payment in self.payments) <= self.amount_cents:
            return True
        return any(
            payment.by_card and payment.attempt_id == overpaid.attempt_id and not payment.kept_cents
            for payment in self.payments
        )

    @property
    def is_paid(self) -> bool:
        return self.status == "paid"

    def awaits_stripe(self, query: Mapping[str, str]) -> bool:
        """Whether it may have been paid without Stripe having told us yet. The ``query`` in the
        page's address says whether the payer came to it from Stripe's page, and which attempt that
        was: it stays in the address when they try again."""
        is_about_last = query.get("attempt", self.attempt) == self.attempt
        awaits_news = came_back_from_stripe(query) and is_about_last and not self.problem
        return not self.is_paid and (self.is_processing or awaits_news)


class TransferRecord(msgspec.Struct, frozen=True):
    """A transfer as recorded: by whom, when, and with which details."""

    recorded_by: str
    recorded_at: datetime
    received_on: date
    bank_reference: str | None


class PayerRecords(msgspec.Struct, frozen=True):
    """Everything that is stored about a deposit's payer: the deposit with the bank's reference, our
    requests to Stripe, what was refunded and disputed, and Stripe's events."""

    deposit: Deposit
    attempts: Sequence[CheckoutAttempt]
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    reports: Sequence[StripeEvent]


def deposit_panel(session: Session, engagement: Engagement) -> DepositPanel | None:
    """The engagement's deposit; None if the client hasn't agreed."""
    if not engagement.is_binding:
        return None
    deposit = find_deposit(session, engagement.id)
    attempt = _last_attempt(session, deposit) if deposit and deposit.status == "due" else None
    return DepositPanel(
        amount_cents=engagement.deposit_cents,
        currency=engagement.currency,
        reference=get_application(session, engagement.application_id).reference,
        bank=current_brand().bank,
        by_card=takes_card(engagement),
        is_over_card_limit=engagement.deposit_cents > MOST_BY_CARD,
        is_first_month=engagement.priced.deposit_is_first_month,
        status=deposit.status if deposit else "due",
        paid_at=deposit.paid_at if deposit else None,
        method=deposit.method if deposit else None,
        is_processing=attempt is not None and attempt.status == "processing",
        attempt=str(attempt.id) if attempt else "",
        problem=PROBLEMS.get(attempt.status) if attempt else None,
        payments=payments_for(session, deposit) if deposit else (),
    )


def takes_card(engagement: Engagement) -> bool:
    """Whether the engagement's deposit can be paid by card."""
    return bool(current_config().STRIPE_SECRET_KEY) and engagement.deposit_cents <= MOST_BY_CARD


def find_deposit(session: Session, engagement_id: uuid.UUID) -> Deposit | None:
    """The engagement's deposit; None before it is due."""
    return session.scalar(select(Deposit).where(Deposit.engagement_id == engagement_id))


def transfer_record(session: Session, engagement_id: uuid.UUID) -> TransferRecord | None:
    """The transfer that paid the deposit, if one did."""
    deposit = find_deposit(session, engagement_id)
    if not (deposit and deposit.recorded_by_id and deposit.paid_at and deposit.received_on):
        return None
    return TransferRecord(
        recorded_by=session.get_one(Staff, deposit.recorded_by_id).name,
        recorded_at=deposit.paid_at,
        received_on=deposit.received_on,
        bank_reference=deposit.bank_reference,
    )


def stripe_reports(session: Session, engagement_id: uuid.UUID) -> Sequence[StripeEvent]:
    """What Stripe said about the engagement's deposit, oldest first."""
    return session.scalars(
        select(StripeEvent)
        .join(Deposit, Deposit.id == StripeEvent.deposit_id)
        .where(Deposit.engagement_id == engagement_id)
        .order_by(StripeEvent.received_at, StripeEvent.id)
    ).all()


def payer_records(session: Session, engagement_id: uuid.UUID) -> PayerRecords | None:
    """The records about the payer; None if there is no deposit."""
    deposit = find_deposit(session, engagement_id)
    if deposit is None:
        return None
    asked = select(CheckoutAttempt).where(CheckoutAttempt.deposit_id == deposit.id)
    return PayerRecords(
        deposit=deposit,
        attempts=session.scalars(asked.order_by(CheckoutAttempt.created_at)).all(),
        refunds=session.scalars(select(Refund).where(Refund.deposit_id == deposit.id)).all(),
        disputes=session.scalars(select(Dispute).where(Dispute.deposit_id == deposit.id)).all(),
        reports=stripe_reports(session, engagement_id),
    )


def deposits_of_this_transaction(session: Session, newer_than: uuid.UUID) -> Sequence[Deposit]:
    """The deposits that the session's transaction made due after this process made the id
    ``newer_than``."""
    return session.scalars(
        select(Deposit).where(Deposit.id > newer_than, Deposit.created_at == func.now())
    ).all()


def _last_attempt(session: Session, deposit: Deposit) -> CheckoutAttempt | None:
    return session.scalar(
        select(CheckoutAttempt)
        .where(CheckoutAttempt.deposit_id == deposit.id)
        .order_by(CheckoutAttempt.created_at.desc(), CheckoutAttempt.id.desc())
        .limit(1)
    )
