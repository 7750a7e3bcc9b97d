"""Stripe's webhooks as data: which fields are read, and how each is stored once.

The other fields are not stored: they name the payer, and may arrive after the payer was erased.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import stream_of
from app.payments.events import StripeEventReceived
from app.payments.models import StripeEvent
from app.platform.database import new_id

Name = Annotated[str, Meta(min_length=1, max_length=255)]
Code = Annotated[str, Meta(pattern="^[a-z]{3}$")]
# No more than the database's column holds; no time after the year 2200.
Cents = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Seconds = Annotated[int, Meta(ge=0, le=7_258_118_400)]

REFUNDS = ("refund.created", "refund.updated", "refund.failed")
DISPUTES = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed")


class UnusableEvent(Exception):
    """The body is not an event, or contains something that can't be stored."""


class Envelope(msgspec.Struct, frozen=True):
    """The fields of every event."""

    id: Name
    type: Name


class OurMark(msgspec.Struct, frozen=True):
    """The metadata that we give to a session."""

    deposit_id: str | None = None


class CheckoutReport(msgspec.Struct, frozen=True):
    """A checkout session as Stripe reports it; the amount is in cents of ``currency``."""

    id: Name
    mode: str
    payment_status: str
    amount_total: int
    currency: str
    client_reference_id: str | None = None
    metadata: OurMark = OurMark()
    payment_intent: Name | None = None


class RefundReport(msgspec.Struct, frozen=True):
    """A refund as Stripe reports it. ``created`` is its time, in Unix seconds."""

    id: Name
    amount: Cents
    currency: Code
    status: str
    created: Seconds
    payment_intent: Name | None = None


class Evidence(msgspec.Struct, frozen=True):
    """By when Stripe wants our answer to a dispute, in Unix seconds; None if it wants none."""

    due_by: Seconds | None = None


class DisputeReport(msgspec.Struct, frozen=True):
    """A dispute as Stripe reports it."""

    id: Name
    amount: Cents
    currency: Code
    status: Name
    reason: Name
    evidence_details: Evidence = Evidence()
    payment_intent: Name | None = None


class _AboutCheckout(msgspec.Struct, frozen=True):
    object: CheckoutReport


class _AboutRefund(msgspec.Struct, frozen=True):
    object: RefundReport


class _AboutDispute(msgspec.Struct, frozen=True):
    object: DisputeReport


class CheckoutEvent(msgspec.Struct, frozen=True):
    """An event about a checkout session."""

    livemode: bool
    data: _AboutCheckout


class RefundEvent(msgspec.Struct, frozen=True):
    """An event about a refund."""

    livemode: bool
    data: _AboutRefund


class DisputeEvent(msgspec.Struct, frozen=True):
    """An event about a dispute. ``created`` is its own time, in Unix seconds."""

    livemode: bool
    created: Seconds
    data: _AboutDispute


SHAPES: dict[str, type[RefundEvent | DisputeEvent]] = {
    **dict.fromkeys(REFUNDS, RefundEvent),
    **dict.fromkeys(DISPUTES, DisputeEvent),
}


def store_stripe_event(session: Session, body: bytes) -> StripeEventReceived | None:
    """Store the event and record stripe.event_received; None if it was stored before. One of which
    an older release could read nothing is stored anew.

    Raises UnusableEvent. ``body`` must have been verified.
    """
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        return _store(session, envelope, payload_to_store(envelope.type, body))
    except (msgspec.DecodeError, RecursionError, DataError) as error:
        raise UnusableEvent from error


def payload_to_store(stripe_type: str, body: bytes) -> dict[str, Any]:
    """The fields that we read of an event about a refund, a dispute or a checkout session; for any
    other event, why it is none of these, as ``fault``. Raises msgspec.DecodeError if the body is
    not JSON."""
    shape = SHAPES.get(stripe_type, CheckoutEvent)
    try:
        read: dict[str, Any] = msgspec.to_builtins(msgspec.json.decode(body, type=shape))
    except msgspec.ValidationError as fault:
        return {"fault": str(fault)}
    return read


def repeat_received(session: Session, stored: StripeEvent) -> StripeEventReceived:
    """Have an event that was handled before handled once more."""
    stored.outcome = stored.handled_at = None
    received = StripeEventReceived(stripe_event_id=stored.stripe_event_id, stripe_type=stored.type)
    record(session, stream_of("stripe", stored.id), received, actor="system:payments")
    return received


def _store(
    session: Session, envelope: Envelope, payload: dict[str, Any]
) -> StripeEventReceived | None:
    row_id = session.scalar(
        insert(StripeEvent)
        .values(id=new_id(), stripe_event_id=envelope.id, type=envelope.type, payload=payload)
        .on_conflict_do_nothing(index_elements=["stripe_event_id"])
        .returning(StripeEvent.id)
    )
    if row_id is None:
        return None if "fault" in payload else _read_at_last(session, envelope, payload)
    received = StripeEventReceived(stripe_event_id=envelope.id, stripe_type=envelope.type)
    record(
        session, stream_of("stripe", row_id), received, actor="system:stripe", expected_version=0
    )
    return received


def _read_at_last(
    session: Session, envelope: Envelope, payload: dict[str, Any]
) -> StripeEventReceived | None:
    unread = select(StripeEvent).where(
        StripeEvent.stripe_event_id == envelope.id,
        StripeEvent.type == envelope.type,
        StripeEvent.payload.has_key("fault"),
    )
    stored = session.scalar(unread.with_for_update())
    if stored is None:
        return None
    stored.payload = payload
    session.flush()  # what the database refuses is refused here
    return repeat_received(session, stored)
