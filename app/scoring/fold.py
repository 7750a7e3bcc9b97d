"""An application's score, folded from the application's stream."""

import uuid
from datetime import datetime
from typing import Any

import msgspec

from app.events.projections.folded_table import FoldedTable
from app.events.types import RecordedEvent
from app.scoring.events import ApplicationScored
from app.scoring.models import ScoreRecord


class ScoreState(msgspec.Struct, frozen=True):
    """A score as its event describes it."""

    application_id: uuid.UUID
    total: int
    band: str
    recommended_kind: str
    rubric_version: str
    result: dict[str, Any] | None
    scored_at: datetime


def scored(_: ScoreState | None, recorded: RecordedEvent) -> ScoreState:
    event: ApplicationScored = recorded.data
    return ScoreState(
        application_id=recorded.subject_id,
        total=event.total,
        band=event.band,
        recommended_kind=event.recommended_kind,
        rubric_version=event.rubric_version,
        result=event.result,
        scored_at=recorded.recorded_at,
    )


SCORES = FoldedTable(
    model=ScoreRecord,
    kind="application",
    key="application_id",
    state=ScoreState,
    steps={ApplicationScored: scored},
    added_later=("result",),
)
