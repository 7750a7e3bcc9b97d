"""Erasures' part in the flow: each one is to be entered in the ledger."""

import uuid
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.erasures.models import ErasureToEnter
from app.events.types import RecordedEvent


def enter_erasure(session: Session, erased: RecordedEvent) -> None:
    """application.erased → they are to be entered."""
    person_id = get_application(session, erased.subject_id).draft_id
    _enter(session, person_id, erased.recorded_at)


def enter_deleted_draft(session: Session, discarded: RecordedEvent) -> None:
    """draft.discarded → so is whoever deleted what they had typed. One that ended by its age would
    end again."""
    if discarded.data.because == "by_prospect":
        _enter(session, discarded.subject_id, discarded.recorded_at)


def _enter(session: Session, person_id: uuid.UUID, erased_at: datetime) -> None:
    session.execute(
        insert(ErasureToEnter)
        .values(person_id=person_id, erased_at=erased_at)
        .on_conflict_do_nothing(index_elements=["person_id"])
    )
