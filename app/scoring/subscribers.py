"""The scoring subscriber."""

import msgspec
from sqlalchemy.orm import Session

from app.applications.queries import is_held_until_released, share_lock_application
from app.events.store import record
from app.events.types import RecordedEvent
from app.scoring.events import ApplicationScored
from app.scoring.fold import SCORES
from app.scoring.rubric import current_rubric
from app.scoring.score import score_answers


def score_fit(session: Session, sent: RecordedEvent) -> None:
    """application.submitted, or .released if it was held → application.scored.

    It locks the application's row before it records in the stream, as everything that records there
    does. Inserting the score would otherwise lock that row second, because of its foreign key, and
    could deadlock.
    """
    if is_held_until_released(session, sent):
        return
    answers = share_lock_application(session, sent.subject_id).answers
    score = score_answers(answers, current_rubric())
    scored = record(
        session,
        sent.stream,
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
