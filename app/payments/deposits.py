"""The deposit as a row: due once, paid once."""

import uuid
from datetime import date

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.engagements.models import Engagement
from app.engagements.queries import get_engagement
from app.events.store import record
from app.events.types import Event, RecordedEvent, stream_of
from app.payments.events import DepositOverpaid, DepositPaid, Method
from app.payments.models import CheckoutAttempt, Deposit
from app.payments.queries import find_deposit, payer_records
from app.platform.database import new_id


class Transfer(msgspec.Struct, frozen=True):
    """A bank transfer of the whole deposit, as a member of staff saw it on the firm's account."""

    recorded_by_id: uuid.UUID
    received_on: date
    bank_reference: str | None


class NotDue(Exception):
    """The client has not agreed to the engagement, so nothing is owed."""


class AlreadyPaid(Exception):
    """The deposit was already paid; nothing was changed."""


def owe_deposit(session: Session, engagement: Engagement) -> Deposit:
    """The engagement's deposit, created on the first call, and locked until the transaction ends.

    Raises NotDue before the client has agreed.
    """
    if not engagement.is_binding:
        raise NotDue(engagement.id)
    session.execute(
        insert(Deposit)
        .values(
            id=new_id(),
            engagement_id=engagement.id,
            amount_cents=engagement.deposit_cents,
            currency=engagement.currency,
        )
        .on_conflict_do_nothing(index_elements=["engagement_id"])
    )
    return lock_deposit(session, Deposit.engagement_id == engagement.id)


def lock_deposit(session: Session, which: ColumnElement[bool]) -> Deposit:
    """The deposit as it is now, locked: other changes to it, and to its attempts, wait."""
    wanted = select(Deposit).where(which).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def pay_deposit(session: Session, deposit: Deposit, *, transfer: Transfer | None = None) -> None:
    """Mark a locked deposit as paid, by card or by that transfer, and record deposit.paid.

    Raises AlreadyPaid.
    """
    if deposit.status == "paid":
        raise AlreadyPaid(deposit.id)
    method: Method = "bank_transfer" if transfer else "stripe"
    paid = DepositPaid(
        application_id=application_id_of(session, deposit),
        deposit_id=str(deposit.id),
        amount_cents=deposit.amount_cents,
        currency=deposit.currency,
        method=method,
    )
    actor = f"staff:{transfer.recorded_by_id}" if transfer else "system:payments"
    recorded = record_about(session, deposit, paid, actor=actor)
    deposit.status, deposit.method, deposit.paid_at = "paid", method, recorded.recorded_at
    if transfer:
        deposit.recorded_by_id = transfer.recorded_by_id
        deposit.received_on = transfer.received_on
        deposit.bank_reference = transfer.bank_reference


def is_paid_by(session: Session, engagement_id: uuid.UUID, transfer: Transfer) -> bool:
    """Whether exactly this transfer has paid the engagement's deposit."""
    deposit = find_deposit(session, engagement_id)
    return deposit is not None and msgspec.structs.astuple(transfer) == (
        deposit.recorded_by_id,
        deposit.received_on,
        deposit.bank_reference,
    )


def note_overpayment(session: Session, deposit: Deposit, attempt: CheckoutAttempt) -> None:
    """Record that a paid deposit was paid again by that attempt, so that staff are told."""
    attempt.is_extra = True
    overpaid = DepositOverpaid(
        application_id=application_id_of(session, deposit),
        deposit_id=str(deposit.id),
        amount_cents=deposit.amount_cents,
        currency=deposit.currency,
        attempt_id=str(attempt.id),
    )
    record_about(session, deposit, overpaid)


def record_about(
    session: Session, deposit: Deposit, event: Event, *, actor: str = "system:payments"
) -> RecordedEvent:
    """Record what has become of the deposit, in its engagement's stream."""
    return record(session, stream_of("engagement", deposit.engagement_id), event, actor=actor)


def application_id_of(session: Session, deposit: Deposit) -> str:
    """The id of the application behind the deposit, as events name it."""
    return str(get_engagement(session, deposit.engagement_id).application_id)


def forget_payer(session: Session, engagement_id: uuid.UUID) -> None:
    """Erase what names the payer: the bank's references, our requests to Stripe and its events. The
    deposit is locked first, as by whoever settles such an event, so that the two wait in one order.
    """
    session.execute(
        select(Deposit.id).where(Deposit.engagement_id == engagement_id).with_for_update()
    )
    records = payer_records(session, engagement_id)
    if records is None:
        return
    records.deposit.bank_reference = None
    for refund in records.refunds:
        refund.bank_reference = None
    for attempt in records.attempts:
        attempt.request = {}
    for report in records.reports:
        report.payload = {}
