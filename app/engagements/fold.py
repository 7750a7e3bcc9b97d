"""An engagement's state, folded from its stream."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from app.engagements.events import (
    EngagementAccepted,
    EngagementActivated,
    EngagementClosed,
    EngagementOffered,
    EngagementProposed,
)
from app.engagements.models import Engagement
from app.events.projections.folded_table import FoldedTable
from app.events.types import RecordedEvent


class EngagementState(msgspec.Struct, frozen=True):
    """An engagement as its events describe it. Money is in cents of ``currency``; ``version``
    counts the events that changed it."""

    id: uuid.UUID
    application_id: uuid.UUID
    kind: str
    status: str
    currency: str
    total_cents: int
    deposit_cents: int
    quote: dict[str, Any] | None
    version: int
    created_at: datetime
    accepted_name: str | None = None
    accepted_at: datetime | None = None


def proposed(_: None, recorded: RecordedEvent) -> EngagementState:
    event: EngagementProposed = recorded.data
    return EngagementState(
        id=recorded.subject_id,
        application_id=uuid.UUID(event.application_id),
        kind=event.kind,
        status="proposed",
        currency=event.currency,
        total_cents=event.total_cents,
        deposit_cents=event.deposit_cents,
        quote=event.quote,
        version=1,
        created_at=recorded.recorded_at,
    )


def offered(state: EngagementState, recorded: RecordedEvent) -> EngagementState:
    event: EngagementOffered = recorded.data
    return replace(
        state,
        kind=event.kind,
        status="offered",
        currency=event.currency,
        total_cents=event.total_cents,
        deposit_cents=event.deposit_cents,
        quote=event.quote,
        version=state.version + 1,
    )


def agreed(state: EngagementState, recorded: RecordedEvent) -> EngagementState:
    event: EngagementAccepted = recorded.data
    return replace(
        state,
        status="accepted",
        accepted_name=event.accepted_name,
        accepted_at=recorded.recorded_at,
        version=state.version + 1,
    )


def activated(state: EngagementState, _: RecordedEvent) -> EngagementState:
    return replace(state, status="active", version=state.version + 1)


def closed(state: EngagementState, _: RecordedEvent) -> EngagementState:
    return replace(state, status="closed", version=state.version + 1)


ENGAGEMENTS = FoldedTable(
    model=Engagement,
    kind="engagement",
    key="id",
    state=EngagementState,
    steps={
        EngagementProposed: proposed,
        EngagementOffered: offered,
        EngagementAccepted: agreed,
        EngagementActivated: activated,
        EngagementClosed: closed,
    },
    personal=("accepted_name",),
    added_later=("quote",),
)
