"""A prospect who has applied, at the page linked in their mail, and staff who decide."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.events import ApplicationAccepted, ApplicationDeclined, MoreRequested
from app.applications.models import Application
from app.applications.service import OfferVerdict, Verdict, decide_application
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.review.service import change_offer
from tests.demo_applications import STRONG
from tests.form_page import token_in
from tests.submitted import submit_answers

VERSION = re.compile(r'name="version" value="(\d+)"')

Decide = Callable[[Verdict], None]
Settle = Callable[..., None]
Send = Callable[..., TestResponse]
Ask = Callable[..., TestResponse]


@pytest.fixture
def demo_answers() -> dict[str, Any]:
    """The answers of a strong application."""
    return {**STRONG}


@pytest.fixture
def application(session: Session, demo_answers: dict[str, Any]) -> Application:
    """An application just sent, not handled yet."""
    application = submit_answers(session, demo_answers)
    session.commit()
    return application


@pytest.fixture
def path(application: Application) -> str:
    """The address of the prospect's own page."""
    return f"/applications/{application.access_token}"


@pytest.fixture
def decide(session: Session, application: Application, handle_events: Callable[[], None]) -> Decide:
    """Let staff decide, and handle everything that follows."""

    def decide(verdict: Verdict) -> None:
        handle_events()
        session.refresh(application)
        seen = application.version
        decide_application(session, application.id, verdict, seen_version=seen, actor="staff:ada")
        session.commit()
        handle_events()

    return decide


@pytest.fixture
def asked(decide: Decide) -> str:
    """A reviewer has asked a question that waits for its answer."""
    question = "How many queues?\n\nAnd who <owns> them?"
    decide(MoreRequested(message=question))
    return question


@pytest.fixture
def offered(decide: Decide) -> None:
    """The application is accepted and its engagement offered."""
    decide(ApplicationAccepted(message="", kind="sprint", total_cents=1_250_000))


@pytest.fixture
def engagement(offered: None, application: Application, session: Session) -> Engagement:
    engagement = engagement_of(session, application.id)
    assert engagement
    return engagement


@pytest.fixture
def settle(session: Session, application: Application, offered: None) -> Settle:
    """Have a reviewer change the offer, as they saw it first, or take it back. Within another
    session, their transaction stays open."""

    def settle(verdict: OfferVerdict, within: Session | None = None) -> None:
        seen = {"seen_version": 2, "seen_entries": 9}
        change_offer(within or session, application.id, verdict, **seen, actor="staff:ada")
        if within is None:
            session.commit()

    return settle


@pytest.fixture
def declined(decide: Decide) -> None:
    decide(ApplicationDeclined(message="We have no time until March."))


@pytest.fixture
def send(client: FlaskClient, path: str) -> Send:
    """Post to an address under the page, with a valid token and the version of the engagement that
    the page shows, unless others are given."""

    def send(action: str, **fields: str) -> TestResponse:
        token = token_in(client.get("/apply").text)
        shown = VERSION.search(client.get(path).text)
        data = {"csrf_token": token, "version": shown[1] if shown else ""}
        return client.post(f"{path}/{action}", data={**data, **fields})

    return send


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Send the form for a lost link, with a valid token unless another is given."""

    def ask(email: str, **fields: str) -> TestResponse:
        token = token_in(client.get("/lost-link").text)
        return client.post("/lost-link", data={"csrf_token": token, "email": email, **fields})

    return ask
