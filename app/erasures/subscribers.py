"""The erasures' subscribers: each erasure is queued for the ledger."""

import uuid
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.applications.queries import get_application
from app.erasures.models import ErasureToEnter
from app.events.types import RecordedEvent


def enter_erasure(session: Session, erased: RecordedEvent) -> None:
    """application.erased → the person is queued for the ledger."""
    person_id = get_application(session, erased.subject_id).draft_id
    _enter(session, person_id, erased.recorded_at)


def enter_deleted_draft(session: Session, discarded: RecordedEvent) -> None:
    """draft.discarded → so is a person who deleted their own draft. A draft that expired would
    expire again after a restore."""
    if discarded.data.because == "by_prospect":
        _enter(session, discarded.subject_id, discarded.recorded_at)


def _enter(session: Session, person_id: uuid.UUID, erased_at: datetime) -> None:
    session.execute(
        insert(ErasureToEnter)
        .values(person_id=person_id, erased_at=erased_at)
        .on_conflict_do_nothing(index_elements=["person_id"])
    )
