"""An application's state, folded from its stream."""

import uuid
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationHeld,
    ApplicationReleased,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
    OfferChanged,
    OfferTakenBack,
)
from app.applications.models import Application
from app.events.projections.folded_table import FoldedTable
from app.events.types import RecordedEvent


class ApplicationState(msgspec.Struct, frozen=True):
    """An application as its events describe it. ``version`` counts the events that changed it."""

    id: uuid.UUID
    reference: str
    status: str
    version: int
    name: str
    email: str
    company: str
    answers: dict[str, Any]
    questions_version: str
    language: str
    submitted_at: datetime
    signals: dict[str, str] = {}
    decided_at: datetime | None = None
    erased_at: datetime | None = None


def submitted(_: None, recorded: RecordedEvent) -> ApplicationState:
    event: ApplicationSubmitted = recorded.data
    return ApplicationState(
        id=recorded.subject_id,
        reference=event.reference,
        status="submitted",
        version=1,
        name=event.name,
        email=event.email,
        company=event.company,
        answers=event.answers,
        questions_version=event.questions_version,
        language=event.language,
        submitted_at=recorded.recorded_at,
    )


def held(state: ApplicationState, recorded: RecordedEvent) -> ApplicationState:
    event: ApplicationHeld = recorded.data
    return replace(state, status="held", version=state.version + 1, signals=event.signals)


def released(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    return replace(state, status="submitted", version=state.version + 1)


def dismissed(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    return replace(state, status="dismissed", version=state.version + 1)


def asked(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    return replace(state, status="more_requested", version=state.version + 1)


def answered(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    return replace(state, status="submitted", version=state.version + 1)


def accepted(state: ApplicationState, recorded: RecordedEvent) -> ApplicationState:
    return _decided(state, "accepted", recorded)


def declined(state: ApplicationState, recorded: RecordedEvent) -> ApplicationState:
    return _decided(state, "declined", recorded)


def offer_changed(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    return replace(state, version=state.version + 1)


def offer_taken_back(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    """It was decided when it was accepted."""
    return replace(state, status="taken_back", version=state.version + 1)


def withdrawn(state: ApplicationState, _: RecordedEvent) -> ApplicationState:
    return replace(state, status="withdrawn", version=state.version + 1)


def erased(state: ApplicationState, recorded: RecordedEvent) -> ApplicationState:
    return replace(
        state,
        version=state.version + 1,
        name="",
        email="",
        company="",
        answers={},
        erased_at=recorded.recorded_at,
    )


def _decided(state: ApplicationState, status: str, recorded: RecordedEvent) -> ApplicationState:
    return replace(state, status=status, version=state.version + 1, decided_at=recorded.recorded_at)


APPLICATIONS = FoldedTable(
    model=Application,
    kind="application",
    key="id",
    state=ApplicationState,
    steps={
        ApplicationSubmitted: submitted,
        ApplicationHeld: held,
        ApplicationReleased: released,
        ApplicationDismissed: dismissed,
        MoreRequested: asked,
        MoreProvided: answered,
        ApplicationAccepted: accepted,
        ApplicationDeclined: declined,
        OfferChanged: offer_changed,
        OfferTakenBack: offer_taken_back,
        ApplicationWithdrawn: withdrawn,
        ApplicationErased: erased,
    },
    not_folded={
        "access_token": "a secret: who reads the log must not get at the prospect's page",
        "draft_id": "what makes a second submit the same one; it says nothing of the application",
    },
    personal=("name", "email", "company", "answers"),
)
