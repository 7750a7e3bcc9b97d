"""Submissions through the real form, held or not, and the staff's pages for them."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.events.store import read_stream
from app.events.types import stream_of
from app.notifications.models import MailMessage
from tests.form_page import token_in
from tests.integration.applications.conftest import new_prospect, prospect
from tests.integration.applications.prospect import Prospect

__all__ = ["new_prospect", "prospect"]


Apply = Callable[..., Application]
Press = Callable[..., TestResponse]


@pytest.fixture
def apply(session: Session, new_prospect: Callable[[], Prospect]) -> Apply:
    """Fill in and send the form in a new browser. ``answers`` replace the usual ones, ``age`` is
    how long ago the draft was started, and ``subject`` fills the honeypot."""

    def apply(age: str = "5 minutes", subject: str = "", **answers: Any) -> Application:
        prospect = new_prospect()
        prospect.answers |= answers
        prospect.fill_in()
        begun = "UPDATE drafts SET started_at = now() - CAST(:age AS interval)"
        session.execute(text(f"{begun} WHERE submitted_at IS NULL"), {"age": age})
        session.commit()
        sent = prospect.send(subject=subject)
        assert sent.status_code == 303, sent.text
        token = sent.location.rpartition("/")[2]
        return session.scalars(select(Application).filter_by(access_token=token)).one()

    return apply


@pytest.fixture
def held(apply: Apply) -> Application:
    """A held application, not handled yet."""
    return apply(subject="Cheap watches")


@pytest.fixture
def press(session: Session) -> Press:
    """Press "Release" or "Dismiss" on a page that showed the application as loaded, or at the
    version ``seen``."""

    def press(
        client: FlaskClient, application: Application, button: str, seen: int | None = None
    ) -> TestResponse:
        token = token_in(client.get("/staff/settings/").text)
        version = application.version if seen is None else seen
        data = {"version": str(version), "csrf_token": token}
        path = f"/staff/applications/{application.id}/{button}"
        return client.post(path, data=data, follow_redirects=True)

    return press


def types_of(session: Session, application: Application) -> list[str]:
    """The types of the application's events, in order."""
    session.rollback()
    return [e.type for e in read_stream(session, stream_of("application", application.id))]


def mails_of(session: Session) -> list[str]:
    """The templates of all mails, in alphabetical order."""
    session.rollback()
    return sorted(session.scalars(select(MailMessage.template)))


def fresh(session: Session, application: Application) -> Application:
    """The application as it is now."""
    session.rollback()
    session.refresh(application)
    return application
