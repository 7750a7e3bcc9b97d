"""The rate card changes after the proposal: what was proposed is shown, previewed and mailed
unchanged, and everything still open follows the new card."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.engagements.rate_card import RateCard, current_rate_card
from app.notifications.models import MailMessage
from app.web.rendering import money
from tests.dearer_card import dearer

Decide = Callable[..., TestResponse]
Handle = Callable[[], None]
LETTER = re.compile(r'<pre class="letter".*?>(.*?)</pre>', re.DOTALL)
EACH_MONTH = re.compile(r"[$\d]\s(a month|im Monat)")


@pytest.fixture
def application(submit: Callable[..., Application], handle_events: Handle) -> Application:
    """An application for which a Build is proposed: the whole migration, which takes ten weeks."""
    application = submit(preferred_kind="build", outcome="migration_in_production", deadline="none")
    handle_events()
    return application


@pytest.fixture
def proposed(session: Session, application: Application) -> Engagement:
    engagement = engagement_of(session, application.id)
    assert engagement and engagement.kind == "build"
    return engagement


@pytest.fixture
def become(
    app: Flask, proposed: Engagement, monkeypatch: pytest.MonkeyPatch
) -> Callable[[RateCard], None]:
    """Change the running app's rate card after a proposal was made under the old one."""
    return lambda card: monkeypatch.setitem(app.extensions, "rate_card", card)


def with_floor(card: RateCard, floor_cents: int) -> RateCard:
    """The card with that price as the floor of every kind."""
    kinds = tuple(replace(price, floor_cents=floor_cents) for price in card.kinds)
    return replace(card, kinds=kinds)


def under_other_terms(card: RateCard) -> RateCard:
    """The card with everything paid monthly and nothing that makes a Build longer."""
    return replace(
        card,
        kinds=tuple(replace(price, billing="monthly", modifiers=()) for price in card.kinds),
    )


def test_a_proposed_price_can_still_be_accepted_after_the_floor_has_risen(
    desk: FlaskClient,
    application: Application,
    proposed: Engagement,
    become: Callable[[RateCard], None],
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
) -> None:
    become(with_floor(current_rate_card(), proposed.total_cents + 100_000))
    shown = money(proposed.total_cents, "usd")
    assert f"{shown}, as proposed" in desk.get(f"/staff/applications/{application.id}").text
    before = proposed.total_cents
    assert decide_and_send(desk, application, verdict="accept", kind="build").status_code == 303
    handle_events()
    session.refresh(proposed)
    assert (proposed.status, proposed.total_cents) == ("offered", before)


@pytest.mark.parametrize("cents", [-1, 1])
def test_any_other_price_must_reach_the_new_floor(
    desk: FlaskClient,
    application: Application,
    proposed: Engagement,
    become: Callable[[RateCard], None],
    decide: Decide,
    cents: int,
) -> None:
    become(with_floor(current_rate_card(), proposed.total_cents + 100_000))
    typed = money(proposed.total_cents + cents, "usd")
    answer = decide(desk, application, verdict="accept", kind="build", price=typed)
    assert answer.status_code == 422
    assert f"A Build costs at least {money(proposed.total_cents + 100_000, 'usd')}." in answer.text


@pytest.mark.parametrize("language", ["en", "de"])
def test_preview_mail_and_page_state_what_was_proposed(
    desk: FlaskClient,
    client: FlaskClient,
    application: Application,
    become: Callable[[RateCard], None],
    decide: Decide,
    decide_and_send: Decide,
    handle_events: Handle,
    session: Session,
    language: str,
) -> None:
    application.language = language
    session.commit()
    become(under_other_terms(current_rate_card()))
    fields: dict[str, Any] = {"verdict": "accept", "kind": "build"}
    preview = LETTER.search(decide(desk, application, **fields).text)
    assert decide_and_send(desk, application, **fields).status_code == 303
    handle_events()
    mail = session.scalars(select(MailMessage).filter_by(template="accepted")).one()
    assert preview and html.unescape(preview[1]).strip() == mail.text.strip()
    weeks = {"en": "Ten weeks", "de": "Zehn Wochen"}[language]
    page = client.get(f"/applications/{application.access_token}?lang={language}").text
    for told in (mail.text, page):
        assert weeks in told and not EACH_MONTH.search(told)


def test_a_kind_other_than_the_proposed_one_follows_the_new_rate_card(
    desk: FlaskClient,
    application: Application,
    become: Callable[[RateCard], None],
    decide: Decide,
) -> None:
    become(under_other_terms(dearer(current_rate_card())))
    preview = decide(desk, application, verdict="accept", kind="sprint").text
    assert "$11,000 a month" in preview
