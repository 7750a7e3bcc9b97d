"""What other domains may ask about staff."""

import hmac
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff

KINDS = {"prospect": "the prospect", "system": "the system", "operator": "an operator"}


def find_staff_by_email(session: Session, email: str) -> Staff | None:
    """The account with that address, ignoring case."""
    if "\x00" in email:  # Postgres refuses it in a text
        return None
    return session.scalar(select(Staff).where(Staff.email == email.strip().lower()))


def find_staff_of_session(session: Session, signed: str) -> Staff | None:
    """The person that a session's ``<id>:<stamp>`` names; None if the stamp is outdated."""
    staff_id, _, stamp = signed.partition(":")
    staff = session.get(Staff, uuid.UUID(staff_id))
    return staff if staff and hmac.compare_digest(staff.session_stamp, stamp) else None


def all_staff(session: Session) -> Sequence[Staff]:
    """Every account, ordered by address."""
    return session.scalars(select(Staff).order_by(Staff.email)).all()


def staff_names(session: Session) -> dict[str, str]:
    """The names of all staff, by their actor in events."""
    return {row.actor: row.name for row in session.execute(select(Staff.actor, Staff.name))}


def locked_actors() -> Select[str]:
    """The actors of locked accounts, as a subquery."""
    return select(Staff.actor).where(Staff.is_locked)


def name_of(actor: str, people: Mapping[str, str]) -> str:
    """The actor in words for staff: the name in ``people``, which is by actor, or else the kind of
    actor with its part, as in "the system (scoring)"."""
    kind, _, part = actor.partition(":")
    return people.get(actor) or f"{KINDS.get(kind, kind)}{f' ({part})' if part else ''}"
