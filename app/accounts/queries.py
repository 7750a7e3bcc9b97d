"""What other domains may ask about staff."""

import hmac
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.models import Staff

KINDS = {"prospect": "the prospect", "system": "the system", "operator": "an operator"}


def find_staff_by_email(session: Session, email: str) -> Staff | None:
    """The account with that address, in whatever case it is written."""
    if "\x00" in email:  # Postgres can't even look for it
        return None
    return session.scalar(select(Staff).where(Staff.email == email.strip().lower()))


def find_staff_of_session(session: Session, signed: str) -> Staff | None:
    """The person that a session's ``<id>:<stamp>`` names, unless the stamp is an old one."""
    staff_id, _, stamp = signed.partition(":")
    staff = session.get(Staff, uuid.UUID(staff_id))
    return staff if staff and hmac.compare_digest(staff.session_stamp, stamp) else None


def all_staff(session: Session) -> Sequence[Staff]:
    """Every account, by its address."""
    return session.scalars(select(Staff).order_by(Staff.email)).all()


def staff_names(session: Session) -> dict[str, str]:
    """The name of everyone on the staff by the actor that events name."""
    return {row.actor: row.name for row in session.execute(select(Staff.actor, Staff.name))}


def locked_actors() -> Select[str]:
    """The actors of the accounts that nobody can sign in to, to be asked within a query."""
    return select(Staff.actor).where(Staff.is_locked)


def name_of(actor: str, people: Mapping[str, str]) -> str:
    """The actor as staff read it: the name in ``people``, which is by actor, or which part of the
    site or which operator it was, as in "the system (scoring)"."""
    kind, _, part = actor.partition(":")
    return people.get(actor) or f"{KINDS.get(kind, kind)}{f' ({part})' if part else ''}"
