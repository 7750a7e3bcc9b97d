"""Enters erasures in the ledger, and repeats those that it has."""

import io
import uuid

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.drafts.end import discard_draft
from app.applications.drafts.service import lock_unsent
from app.applications.erasure import erase_person
from app.applications.models import Application
from app.erasures.models import ErasureToEnter
from app.platform.storage.protocol import Storage, StorageUnavailable

ENTRIES_A_TASK = 20
log = structlog.get_logger()


def enter_erasures(session: Session, ledger: Storage) -> None:
    """Enter erasures that the ledger lacks, committing after each. At the first failure the rest is
    left to the next sweep, since storage may be down."""
    waiting = select(ErasureToEnter).order_by(func.random()).limit(ENTRIES_A_TASK)
    for erasure in session.scalars(waiting).all():
        entry = io.BytesIO(erasure.erased_at.isoformat().encode())
        person_id = erasure.person_id
        session.commit()  # no transaction is open while storage is slow
        try:
            ledger.put(person_id, entry)
        except StorageUnavailable as error:
            log.warning("erasure.not_entered", person=str(person_id), error=str(error))
            return
        session.delete(session.get_one(ErasureToEnter, person_id))
        session.commit()


def count_not_entered(session: Session) -> int:
    """How many erasures the ledger lacks."""
    return session.scalars(select(func.count()).select_from(ErasureToEnter)).one()


def erase_again(session: Session, ledger: Storage, *, actor: str) -> tuple[int, int]:
    """Erase everybody who is in the ledger and (again) in the database, as after a restore; return
    how many entries there are, and how many were erased now. Commits after each. Raises
    StorageUnavailable."""
    found = [_erase(session, person_id, actor) for person_id, _ in ledger.files()]
    return len(found), sum(found)


def _erase(session: Session, person_id: uuid.UUID, actor: str) -> bool:
    """Erase the person; return whether there was anything to erase."""
    application = session.scalar(select(Application).filter_by(draft_id=person_id, erased_at=None))
    unsent = lock_unsent(session, person_id)
    if application:
        erase_person(session, application.id, actor=actor)
    elif unsent:
        discard_draft(session, unsent, because="by_prospect", actor=actor)
    session.commit()
    return bool(application or unsent)
