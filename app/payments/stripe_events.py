"""Stripe's webhooks as data: which fields are read, and how each is stored once.

The other fields are not stored: they name the payer, and may arrive after the payer was erased.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import stream_of
from app.payments.events import StripeEventReceived
from app.payments.models import StripeEvent
from app.platform.database import new_id

Name = Annotated[str, Meta(min_length=1, max_length=255)]


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


class _About(msgspec.Struct, frozen=True):
    object: CheckoutReport


class CheckoutEvent(msgspec.Struct, frozen=True):
    """An event about a checkout session."""

    livemode: bool
    data: _About

    @property
    def report(self) -> CheckoutReport:
        return self.data.object


def store_stripe_event(session: Session, body: bytes) -> StripeEventReceived | None:
    """Store the event and record stripe.event_received; None if it was stored before.

    Raises UnusableEvent. ``body`` must have been verified.
    """
    try:
        envelope = msgspec.json.decode(body, type=Envelope)
        return _store(session, envelope, payload_to_store(body))
    except (msgspec.DecodeError, RecursionError, DataError) as error:
        raise UnusableEvent from error


def payload_to_store(body: bytes) -> dict[str, Any]:
    """The fields that we read of an event about a checkout session; for any other event, why it is
    not one, as ``fault``. Raises msgspec.DecodeError if the body is not JSON."""
    try:
        read: dict[str, Any] = msgspec.to_builtins(msgspec.json.decode(body, type=CheckoutEvent))
    except msgspec.ValidationError as fault:
        return {"fault": str(fault)}
    return read


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
        return None
    received = StripeEventReceived(stripe_event_id=envelope.id, stripe_type=envelope.type)
    record(
        session, stream_of("stripe", row_id), received, actor="system:stripe", expected_version=0
    )
    return received
