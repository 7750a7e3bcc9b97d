"""What prospects do by themselves that concerns more than one domain."""

import uuid

from sqlalchemy.orm import Session

from app.applications.erasure import erase_person, lock_unerased
from app.engagements.queries import is_bound


class Bound(Exception):
    """There is a contract, whose records have to be kept."""


def erase_own_data(session: Session, application_id: uuid.UUID) -> None:
    """Erase the person at their own wish. Raises AlreadyErased, and Bound where they have agreed to
    an engagement; an agreement waits, and finds them erased."""
    lock_unerased(session, application_id)
    if is_bound(session, application_id):
        raise Bound(application_id)
    erase_person(session, application_id, actor="prospect")
