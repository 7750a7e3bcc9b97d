"""The rate card alone decides which kinds are paid monthly, in mails as on the page."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted
from app.applications.service import decide_application
from app.engagements.queries import engagement_of
from app.engagements.rate_card import current_rate_card
from app.engagements.service import accept_terms
from app.notifications.models import MailMessage
from tests.demo_applications import STRONG
from tests.submitted import submit_answers

EACH_MONTH = re.compile(r"\$[\d,.]+ a month")
ABOUT_THE_PRICE = ("new_application", "accepted", "engagement_accepted", "agreement_confirmed")


@pytest.fixture
def swapped(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate card on which a Build is paid monthly and a Fractional all at once."""
    card = current_rate_card()
    billing = {"sprint": "fixed", "build": "monthly", "fractional": "fixed"}
    kinds = tuple(replace(price, billing=billing[price.kind]) for price in card.kinds)
    monkeypatch.setitem(app.extensions, "rate_card", replace(card, kinds=kinds))
    monkeypatch.setitem(app.extensions, "kept_pages", {})


@pytest.mark.parametrize(
    ("preference", "kind", "is_monthly"),
    [("build", "build", True), ("fractional", "fractional", False)],
)
def test_the_mails_and_the_page_agree_on_what_is_paid_monthly(
    swapped: None,
    session: Session,
    client: FlaskClient,
    handle_events: Callable[[], None],
    preference: str,
    kind: str,
    is_monthly: bool,
) -> None:
    given = {**STRONG, "preferred_kind": preference, "days_a_month": "4"}
    application = submit_answers(session, given)
    session.commit()
    handle_events()
    session.refresh(application)
    verdict = ApplicationAccepted(message="", kind=kind, total_cents=5_000_000)
    seen = application.version
    decide_application(session, application.id, verdict, seen_version=seen, actor="staff:ada")
    session.commit()
    handle_events()
    page = html.unescape(client.get(f"/applications/{application.access_token}").text)
    assert bool(EACH_MONTH.search(page)) is is_monthly
    engagement = engagement_of(session, application.id)
    assert engagement
    accept_terms(session, engagement, name="Ada Marsh", seen_version=engagement.version)
    session.commit()
    handle_events()
    mails = session.scalars(select(MailMessage).where(MailMessage.template.in_(ABOUT_THE_PRICE)))
    told = {mail.template: bool(EACH_MONTH.search(mail.text)) for mail in mails}
    assert told == dict.fromkeys(ABOUT_THE_PRICE, is_monthly)


def test_a_fixed_price_that_is_due_in_full_is_not_announced_as_a_first_month(
    swapped: None, client: FlaskClient
) -> None:
    assert "100% of the price, as a deposit" in client.get("/engagements/fractional").text
