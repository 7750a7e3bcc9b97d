"""The commands on staff accounts. Callers commit."""

from datetime import datetime

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.accounts.models import LOCKED, Staff, new_stamp
from app.accounts.passwords import hash_password, is_outdated, is_password, make_password
from app.accounts.queries import find_staff_by_email
from app.platform.database import utc_now

# Held until the transaction ends, so that the second of two callers sees the first one's account.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('accounts.add'))")
log = structlog.get_logger()


class AlreadyStaff(Exception):
    """There is an account with that address."""


class UnknownStaff(Exception):
    """There is no account with that address."""


class WrongPassword(Exception):
    """The password given as the current one is not."""


def add_staff(session: Session, email: str, name: str) -> tuple[Staff, str]:
    """Create an account; return it with its random password, of which only the hash is stored.
    Raises AlreadyStaff."""
    session.execute(ONE_AT_A_TIME)
    if find_staff_by_email(session, email):
        raise AlreadyStaff(email)
    password = make_password()
    staff = Staff(
        email=email.strip().lower(), name=name.strip(), password_hash=hash_password(password)
    )
    session.add(staff)
    session.flush()
    return staff, password


def add_first_staff(session: Session, email: str, name: str) -> tuple[Staff, str] | None:
    """Create the first account; return it with its password, or None if there is any account."""
    session.execute(ONE_AT_A_TIME)
    if session.scalar(select(func.count()).select_from(Staff)):
        return None
    return add_staff(session, email, name)


def sign_in(session: Session, email: str, password: str) -> Staff | None:
    """The person with this address and password. None for a wrong password and, after the same
    time, for an unknown address or a locked account."""
    staff = find_staff_by_email(session, email)
    own_hash = staff.password_hash if staff and not staff.is_locked else None
    if not is_password(password, own_hash) or staff is None:
        log.warning("staff.refused", actor=staff.actor if staff else None, because="password")
        return None
    if is_outdated(staff.password_hash):
        staff.password_hash = hash_password(password)
    return staff


def note_login(staff: Staff) -> datetime | None:
    """Note that the person signed in now; return when they last did before, in UTC."""
    before, staff.last_login_at = staff.last_login_at, utc_now()
    return before


def end_sessions(staff: Staff) -> None:
    """Sign the person out everywhere."""
    staff.session_stamp = new_stamp()


def change_password(staff: Staff, *, current: str, new: str) -> None:
    """Set one's own password and sign out everywhere. Raises WrongPassword."""
    if not is_password(current, staff.password_hash):
        raise WrongPassword
    staff.password_hash = hash_password(new)
    end_sessions(staff)


def reset_password(session: Session, email: str) -> str:
    """Give the account a new random password, and sign it out everywhere. Raises UnknownStaff."""
    staff = known_staff(session, email)
    password = make_password()
    staff.password_hash = hash_password(password)
    end_sessions(staff)
    return password


def lock_account(session: Session, email: str) -> None:
    """Let nobody sign in to the account, and end its sessions; a new password unlocks it. The
    person's name remains on what they did. Raises UnknownStaff."""
    staff = known_staff(session, email)
    staff.password_hash = LOCKED
    end_sessions(staff)


def known_staff(session: Session, email: str) -> Staff:
    """The account with that address. Raises UnknownStaff."""
    staff = find_staff_by_email(session, email)
    if staff is None:
        raise UnknownStaff(email)
    return staff
