"""What staff do about an application. Each of these keeps its row of the queue as well: the
subscriber may be behind, and who has acted finds it there at once."""

import uuid

from sqlalchemy.orm import Session

from app.applications.service import Outcome, Verdict, decide_application, settle_hold
from app.messages.service import write_as_staff
from app.review.queue_table import keep_rows


def decide(
    session: Session, application_id: uuid.UUID, verdict: Verdict, *, seen_version: int, actor: str
) -> None:
    """Give a verdict on an open application. Raises AlreadyDecided where somebody was first."""
    decide_application(session, application_id, verdict, seen_version=seen_version, actor=actor)
    keep_rows(session, [application_id])


def settle(
    session: Session, application_id: uuid.UUID, outcome: Outcome, *, seen_version: int, actor: str
) -> None:
    """Release or dismiss a held application. Raises AlreadyDecided where somebody was first."""
    settle_hold(session, application_id, outcome, seen_version=seen_version, actor=actor)
    keep_rows(session, [application_id])


def write(
    session: Session, application_id: uuid.UUID, text: str, *, form_id: str, actor: str
) -> None:
    """Write to the prospect, once for each page that it is typed on. Raises AlreadyErased."""
    write_as_staff(session, application_id, text, form_id=form_id, actor=actor)
    keep_rows(session, [application_id])
