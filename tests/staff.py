"""Members of staff, and the browsers in which they are signed in."""

import time

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts.models import Staff
from app.accounts.sessions import SIGNED_IN_AT


def employ(session: Session, name: str) -> Staff:
    """A new member of staff, whom no password lets in."""
    email = f"{name.split(maxsplit=1)[0].lower()}@champlin.example"
    staff = Staff(email=email, name=name, password_hash="a hash of no password")
    session.add(staff)
    session.commit()
    return staff


def browser_of(app: Flask, staff: Staff) -> FlaskClient:
    """A browser in which that member of staff is signed in."""
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = staff.get_id()
        cookie[SIGNED_IN_AT] = int(time.time())
    return browser
