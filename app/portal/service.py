"""What prospects do themselves that concerns more than one domain."""

import uuid

from sqlalchemy.orm import Session

from app.applications.erasure import erase_person, lock_unerased
from app.engagements.queries import is_bound


class Bound(Exception):
    """The prospect has a contract, whose records have to be kept."""


def erase_own_data(session: Session, application_id: uuid.UUID) -> None:
    """Erase the person at their own request. Raises AlreadyErased, and Bound if they have agreed to
    an engagement. A concurrent agreement waits for the lock, and then finds them erased."""
    lock_unerased(session, application_id)
    if is_bound(session, application_id):
        raise Bound(application_id)
    erase_person(session, application_id, actor="prospect")
