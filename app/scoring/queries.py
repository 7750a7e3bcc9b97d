"""What other domains may ask about scores."""

import uuid

import msgspec
from sqlalchemy.orm import Session

from app.scoring.models import ScoreRecord
from app.scoring.score import Score


def score_of(session: Session, application_id: uuid.UUID) -> Score | None:
    """The application's score as it was given, or None if it has none yet."""
    record = session.get(ScoreRecord, application_id)
    return msgspec.convert(record.result, Score) if record else None
