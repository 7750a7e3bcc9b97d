"""What an engagement's events say about its money: the deposit, its refunds and its disputes.

These are no `FoldedTable`s, since one stream tells of several rows, and of some rows nothing yet: a
deposit that is about to be due, a refund under way or cancelled before it was made. No event has
the day and the bank's reference of a transfer or the day of a refund, Stripe's ids, or, of a
dispute, the reason once it was changed, the last day for an answer, and how far an open one is.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from app.engagements.events import EngagementAccepted
from app.events.types import Event, RecordedEvent
from app.payments.events import (
    DepositDisputeClosed,
    DepositDisputed,
    DepositPaid,
    DepositRefunded,
    DepositRefundFailed,
)
from app.payments.models import Deposit, Dispute, Refund
from app.payments.states import phase_of


class DepositState(msgspec.Struct, frozen=True):
    """A deposit, under its engagement's id."""

    model: ClassVar[type[Deposit]] = Deposit

    amount_cents: int
    currency: str
    status: str = "due"
    method: str | None = None
    paid_at: datetime | None = None
    recorded_by_id: uuid.UUID | None = None


class RefundState(msgspec.Struct, frozen=True):
    """A refund that was made; "failed" also if it was cancelled afterwards."""

    model: ClassVar[type[Refund]] = Refund

    deposit_id: uuid.UUID
    attempt_id: uuid.UUID | None
    amount_cents: int
    status: str
    recorded_by_id: uuid.UUID | None = None


class DisputeState(msgspec.Struct, frozen=True):
    """A dispute. Its ``status`` is the phase that it is in."""

    model: ClassVar[type[Dispute]] = Dispute

    deposit_id: uuid.UUID
    attempt_id: uuid.UUID
    amount_cents: int
    currency: str
    status: str


State = DepositState | RefundState | DisputeState
States = dict[tuple[type[State], uuid.UUID], State]


def fold_money(events: Iterable[RecordedEvent]) -> States:
    """The rows that these events of one engagement's stream add up to, by their kind and key."""
    states: States = {}
    for recorded in events:
        if step := STEPS.get(type(recorded.data)):
            step(states, recorded)
    return states


def is_as_folded(state: State, column: str, found: Any) -> bool:
    """Whether the row's value is the one that the state says."""
    expected = getattr(state, column)
    if column == "status" and isinstance(state, DisputeState):
        return phase_of(found) == expected
    if column == "status" and isinstance(state, RefundState):
        return ("failed" if found == "canceled" else found) == expected
    return bool(found == expected)


def _agreed(states: States, recorded: RecordedEvent) -> None:
    event: EngagementAccepted = recorded.data
    states[DepositState, recorded.subject_id] = DepositState(event.deposit_cents, event.currency)


def _paid(states: States, recorded: RecordedEvent) -> None:
    event: DepositPaid = recorded.data
    states[DepositState, recorded.subject_id] = DepositState(
        event.amount_cents,
        event.currency,
        "paid",
        event.method,
        recorded.recorded_at,
        _staff_behind(recorded),
    )


def _refunded(states: States, recorded: RecordedEvent) -> None:
    event: DepositRefunded = recorded.data
    states[RefundState, uuid.UUID(event.refund_id)] = RefundState(
        uuid.UUID(event.deposit_id),
        uuid.UUID(event.attempt_id) if event.attempt_id else None,
        event.amount_cents,
        "succeeded",
        _staff_behind(recorded),
    )


def _refund_failed(states: States, recorded: RecordedEvent) -> None:
    event: DepositRefundFailed = recorded.data
    states[RefundState, uuid.UUID(event.refund_id)] = RefundState(
        uuid.UUID(event.deposit_id), uuid.UUID(event.attempt_id), event.amount_cents, "failed"
    )


def _disputed(states: States, recorded: RecordedEvent) -> None:
    event: DepositDisputed = recorded.data
    _keep_dispute(states, event, "inquiry" if event.is_inquiry else "dispute")


def _dispute_closed(states: States, recorded: RecordedEvent) -> None:
    event: DepositDisputeClosed = recorded.data
    _keep_dispute(states, event, event.outcome)


def _keep_dispute(
    states: States, event: DepositDisputed | DepositDisputeClosed, status: str
) -> None:
    states[DisputeState, uuid.UUID(event.dispute_id)] = DisputeState(
        uuid.UUID(event.deposit_id),
        uuid.UUID(event.attempt_id),
        event.amount_cents,
        event.currency,
        status,
    )


def _staff_behind(recorded: RecordedEvent) -> uuid.UUID | None:
    kind, _, who = recorded.metadata.actor.partition(":")
    return uuid.UUID(who) if kind == "staff" else None


STEPS: Mapping[type[Event], Callable[[States, RecordedEvent], None]] = {
    EngagementAccepted: _agreed,
    DepositPaid: _paid,
    DepositRefunded: _refunded,
    DepositRefundFailed: _refund_failed,
    DepositDisputed: _disputed,
    DepositDisputeClosed: _dispute_closed,
}
