"""What was paid for a deposit, and what became of it: refunds and disputes of each payment."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import staff_names
from app.events.models import StoredEvent
from app.events.types import stream_of
from app.payments.events import DepositOverpaid
from app.payments.models import CheckoutAttempt, Deposit, Dispute, Refund
from app.payments.states import is_inquiry, is_over
from app.payments.stripe.gateway import KEPT, payment_address
from app.platform.database import utc_now


class RefundMade(msgspec.Struct, frozen=True):
    """A refund, by card or by a transfer that somebody recorded; the amount is in cents."""

    amount_cents: int
    status: str
    made_on: date
    by_card: bool
    recorded_by: str
    bank_reference: str | None


class DisputeMade(msgspec.Struct, frozen=True):
    """A dispute; ``reason`` and ``status`` are Stripe's words, ``answer_by`` is in UTC."""

    amount_cents: int
    currency: str
    reason: str
    status: str
    answer_by: datetime | None
    is_open: bool
    is_inquiry: bool

    @property
    def can_be_answered(self) -> bool:
        """Whether it waits for our answer, and its time has not run out."""
        return self.is_open and self.answer_by is not None and self.answer_by > utc_now()

    @property
    def is_with_the_bank(self) -> bool:
        """Whether the bank has taken the amount, for now or for good."""
        return self.status == "lost" or (self.is_open and not self.is_inquiry)


class Payment(msgspec.Struct, frozen=True):
    """One payment of the deposit's amount, with what became of it. ``attempt_id`` names the card's.
    ``is_extra``: the deposit had already been paid. ``is_untold``: so it was, before refunds were
    followed here, and Stripe no longer tells of one made then. ``address`` is its page at Stripe,
    "" if there is none."""

    amount_cents: int
    currency: str
    attempt_id: str | None
    is_extra: bool
    is_untold: bool
    address: str
    refunds: Sequence[RefundMade]
    disputes: Sequence[DisputeMade]

    @property
    def by_card(self) -> bool:
        return self.attempt_id is not None

    @property
    def made(self) -> list[RefundMade]:
        """The refunds that were made, and are neither under way nor failed."""
        return [refund for refund in self.refunds if refund.status == "succeeded"]

    @property
    def refunded_cents(self) -> int:
        return sum(refund.amount_cents for refund in self.made)

    @property
    def is_refunded(self) -> bool:
        """Whether all of it was refunded."""
        return self.refunded_cents >= self.amount_cents

    @property
    def left_cents(self) -> int:
        """What could still be refunded: what is not back, on its way back, or with the bank."""
        pending = sum(one.amount_cents for one in self.refunds if one.status == "pending")
        taken = sum(self._disputed_cents(one) for one in self.disputes if one.is_with_the_bank)
        return max(self.amount_cents - self.refunded_cents - pending - taken, 0)

    @property
    def kept_cents(self) -> int:
        """What has not gone back for good: neither refunded nor lost to the bank."""
        lost = sum(self._disputed_cents(one) for one in self.disputes if one.status == "lost")
        return max(self.amount_cents - self.refunded_cents - lost, 0)

    @property
    def open_disputes(self) -> list[DisputeMade]:
        return [dispute for dispute in self.disputes if dispute.is_open]

    def _disputed_cents(self, dispute: DisputeMade) -> int:
        """How much of the payment the dispute is about. If it is in another currency, nobody here
        knows how much that is, so it counts as all."""
        return dispute.amount_cents if dispute.currency == self.currency else self.amount_cents


def payments_for(session: Session, deposit: Deposit) -> list[Payment]:
    """The payments for the deposit: the one that paid it first, then those that came on top."""
    if deposit.status != "paid":
        return []
    paid = (
        select(CheckoutAttempt)
        .where(CheckoutAttempt.deposit_id == deposit.id, CheckoutAttempt.status == "complete")
        .order_by(CheckoutAttempt.is_extra, CheckoutAttempt.created_at)
    )
    cards: list[CheckoutAttempt | None] = list(session.scalars(paid))
    by_transfer: list[CheckoutAttempt | None] = [None] if deposit.method == "bank_transfer" else []
    refunds, disputes = _refunds_of(session, deposit), _disputes_of(session, deposit)
    return [
        Payment(
            amount_cents=deposit.amount_cents,
            currency=deposit.currency,
            attempt_id=str(attempt.id) if attempt else None,
            is_extra=attempt is not None and attempt.is_extra,
            is_untold=attempt is not None and _is_untold(session, deposit, attempt),
            address=payment_address(attempt.payment_intent) if attempt else "",
            refunds=refunds.get(attempt.id if attempt else None, ()),
            disputes=disputes.get(attempt.id, ()) if attempt else (),
        )
        for attempt in by_transfer + cards
    ]


def _is_untold(session: Session, deposit: Deposit, attempt: CheckoutAttempt) -> bool:
    """The releases that did not follow refunds did not name the payment in the event either."""
    if not attempt.is_extra or attempt.created_at > utc_now() - KEPT:
        return False
    named = select(StoredEvent.id).where(
        StoredEvent.stream == stream_of("engagement", deposit.engagement_id),
        StoredEvent.type == DepositOverpaid.type,
        StoredEvent.data["attempt_id"].astext == str(attempt.id),
    )
    return not session.scalar(select(named.exists()))


def _refunds_of(session: Session, deposit: Deposit) -> dict[uuid.UUID | None, list[RefundMade]]:
    """The deposit's refunds by the attempt that was paid, oldest first."""
    wanted = select(Refund).where(Refund.deposit_id == deposit.id)
    found: dict[uuid.UUID | None, list[RefundMade]] = {}
    names = staff_names(session)
    for refund in session.scalars(wanted.order_by(Refund.made_on, Refund.created_at)):
        made = RefundMade(
            amount_cents=refund.amount_cents,
            status=refund.status,
            made_on=refund.made_on,
            by_card=refund.attempt_id is not None,
            recorded_by=names.get(f"staff:{refund.recorded_by_id}", ""),
            bank_reference=refund.bank_reference,
        )
        found.setdefault(refund.attempt_id, []).append(made)
    return found


def _disputes_of(session: Session, deposit: Deposit) -> dict[uuid.UUID, list[DisputeMade]]:
    """The deposit's disputes by the attempt that was paid, oldest first."""
    wanted = select(Dispute).where(Dispute.deposit_id == deposit.id)
    found: dict[uuid.UUID, list[DisputeMade]] = {}
    for dispute in session.scalars(wanted.order_by(Dispute.created_at)):
        made = DisputeMade(
            amount_cents=dispute.amount_cents,
            currency=dispute.currency,
            reason=dispute.reason,
            status=dispute.status,
            answer_by=dispute.answer_by,
            is_open=not is_over(dispute.status),
            is_inquiry=is_inquiry(dispute.status),
        )
        found.setdefault(dispute.attempt_id, []).append(made)
    return found
