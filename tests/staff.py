"""Members of staff, and their signed-in browsers."""

import time

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.sessions import SIGNED_IN_AT


def employ(session: Session, name: str) -> Staff:
    """Create a member of staff who has no valid password."""
    email = f"{name.split(maxsplit=1)[0].lower()}@champlin.example"
    staff = Staff(email=email, name=name, password_hash="a hash of no password")
    session.add(staff)
    session.commit()
    return staff


def browser_of(app: Flask, staff: Staff) -> FlaskClient:
    """A browser signed in as that member of staff."""
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = staff.get_id()
        cookie[SIGNED_IN_AT] = int(time.time())
    return browser
