"""Scoring's part in the flow."""

import msgspec
from sqlalchemy.orm import Session

from app.events.store import record
from app.events.types import RecordedEvent
from app.scoring.events import ApplicationScored
from app.scoring.fold import SCORES
from app.scoring.rubric import current_rubric
from app.scoring.score import score_answers


def score_fit(session: Session, submitted: RecordedEvent) -> None:
    """application.submitted → the application's score → application.scored."""
    score = score_answers(submitted.data.answers, current_rubric())
    scored = record(
        session,
        submitted.stream,
        ApplicationScored(
            total=score.total,
            band=score.band,
            recommended_kind=score.recommended_kind,
            rubric_version=score.rubric_version,
            result=msgspec.to_builtins(score),
        ),
        actor="system:scoring",
    )
    session.add(SCORES.begin(scored))
