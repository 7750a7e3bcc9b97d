"""Engagements in every status, stored as rows."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy.orm import Session

from app.applications.models import Application, Draft
from app.engagements.models import Engagement
from app.engagements.pricing import quote_engagement
from app.engagements.rate_card import current_rate_card
from app.firm.offers import Kind
from app.platform.database import utc_now
from tests.demo_applications import STRONG
from tests.submitted import submit_answers

Engage = Callable[..., Engagement]


@pytest.fixture
def application_id(session: Session) -> uuid.UUID:
    """The id of a strong demonstration application, not handled yet."""
    application_id = submit_answers(session, STRONG).id
    session.commit()
    return application_id


@pytest.fixture
def engage(session: Session) -> Engage:
    """Store an engagement with that status and age, with its application."""

    def engage(
        status: str, company: str = "A client", kind: Kind = "sprint", hours: float = 0
    ) -> Engagement:
        identity = uuid.uuid4()
        draft = Draft(id=uuid.uuid4(), resume_token=identity.hex, questions_version="1")
        application = _application(draft, company, is_declined=status == "closed")
        quote = quote_engagement(kind, {}, current_rate_card())
        agreed = status in {"accepted", "active"}
        engagement = Engagement(
            id=identity,
            application_id=application.id,
            kind=kind,
            status=status,
            currency=quote.currency,
            total_cents=quote.total_cents,
            deposit_cents=quote.deposit_cents,
            quote=msgspec.to_builtins(quote),
            accepted_name="Somebody" if agreed else None,
            accepted_at=utc_now() if agreed else None,
            created_at=utc_now() - timedelta(hours=hours),
        )
        for row in (draft, application, engagement):
            session.add(row)
            session.flush()
        session.commit()
        return engagement

    return engage


def _application(draft: Draft, company: str, *, is_declined: bool) -> Application:
    identity = uuid.uuid4()
    return Application(
        id=identity,
        draft_id=draft.id,
        reference=f"CE-{identity.hex[:8]}",
        access_token=identity.hex,
        status="declined" if is_declined else "submitted",
        decided_at=utc_now() if is_declined else None,
        name="Somebody",
        email="somebody@client.example",
        company=company,
        answers={},
        questions_version="1",
    )
