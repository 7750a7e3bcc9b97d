"""Agreeing to an engagement: what is agreed to is shown above, and once is enough."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted
from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.pricing import proposal_at
from app.engagements.queries import engagement_of
from app.events.store import read_stream
from app.events.types import stream_of
from app.firm.offers import current_offers
from app.notifications.models import MailMessage
from app.web.rendering import money
from tests.integration.portal.conftest import Decide, Send


def agreements(session: Session, engagement: Engagement) -> list[str]:
    session.rollback()
    events = read_stream(session, stream_of("engagement", engagement.id))
    return [e.data.accepted_name for e in events if e.type == "engagement.accepted"]


def test_the_page_shows_the_proposal_with_every_price_line_and_term(
    client: FlaskClient, path: str, engagement: Engagement
) -> None:
    page = html.unescape(client.get(path).text)
    offer = proposal_at(engagement.priced, current_offers())
    words = [offer.name, offer.duration, offer.summary, "$12,500", "$6,250", "This is a contract"]
    words += [*offer.terms, *(part.what for part in offer.deliverables)]
    for line in engagement.priced.lines:
        words += [line.label, line.explanation, money(line.amount_cents, "usd")]
    assert [word for word in words if word not in page] == []


def test_what_we_always_do_does_not_read_as_part_of_the_reviewers_note(
    client: FlaskClient, path: str, decide: Decide
) -> None:
    decide(ApplicationAccepted(message="We like it.", kind="sprint", total_cents=1_250_000))
    page = html.unescape(client.get(path).text)
    note, headed, summary = (
        page.index(part) for part in ("We like it.", "What we do", "We interview")
    )
    assert note < headed < summary


@pytest.mark.parametrize(
    ("outcome", "weeks", "is_whole"),
    [("working_slice", "Six weeks", False), ("migration_in_production", "Ten weeks", True)],
)
def test_the_proposal_describes_exactly_what_the_price_lines_pay_for(
    client: FlaskClient,
    path: str,
    application: Application,
    decide: Decide,
    session: Session,
    outcome: str,
    weeks: str,
    is_whole: bool,
) -> None:
    application.answers = {**application.answers, "outcome": outcome}
    session.commit()
    words = "We propose to begin with dispatch.\n\nIt hurts most."
    decide(ApplicationAccepted(message=words, kind="build", total_cents=9_000_000))
    page = html.unescape(client.get(path).text)
    proposal = page[page.index('id="engagement"') : page.index('id="agreement"')]
    assert f"<p>{weeks}." in proposal and words in proposal
    assert ("Weeks 7 to 10" in proposal) is is_whole
    mail = session.scalars(select(MailMessage.text).filter_by(template="accepted")).one()
    assert weeks in mail and "Six to ten" not in mail


@pytest.fixture
def prefers_a_build(demo_answers: dict[str, Any]) -> None:
    """The prospect prefers a Build, but the budget is too small for any."""
    demo_answers |= {"preferred_kind": "build", "budget": "10k_to_25k"}


def test_a_proposal_of_another_kind_than_the_preferred_one_says_why(
    prefers_a_build: None, client: FlaskClient, path: str, engagement: Engagement, send: Send
) -> None:
    why = "You prefer a Build, but the budget you gave is below the price of any Build."
    assert why in client.get(path).text
    send("agreement", name="Ada Lovelace")
    assert why not in client.get(path).text


def test_an_offer_already_made_keeps_its_wording(
    app: Flask,
    client: FlaskClient,
    path: str,
    engagement: Engagement,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def proposal() -> str:
        page = client.get(path).text
        return page[page.index('id="engagement"') : page.index('id="agreement"')]

    before = proposal()
    offers = current_offers()
    rewritten = tuple(
        replace(offer, terms=("No terms.",), deliverables=()) for offer in offers.offers
    )
    monkeypatch.setitem(app.extensions, "offers", replace(offers, offers=rewritten))
    assert proposal() == before and "No terms." not in before


def test_typing_a_full_name_agrees_and_leads_to_the_deposit(
    client: FlaskClient, path: str, engagement: Engagement, send: Send, session: Session
) -> None:
    answer = send("agreement", name=" Marguerite Okonkwo ")
    assert answer.location == f"{path}#deposit"
    assert agreements(session, engagement) == ["Marguerite Okonkwo"]
    page = client.get(path).text
    assert "You have agreed, and the deposit is due." in page
    assert "Marguerite Okonkwo</bdi> agreed for" in page
    assert 'id="deposit"' in page and 'action="{path}/agreement"' not in page


def test_agreeing_twice_is_recorded_once(
    path: str, engagement: Engagement, send: Send, session: Session
) -> None:
    answers = [send("agreement", name="Marguerite Okonkwo") for _ in range(2)]
    assert [answer.location for answer in answers] == [f"{path}#deposit"] * 2
    assert agreements(session, engagement) == ["Marguerite Okonkwo"]


def test_a_colleague_who_agrees_too_is_told_whose_agreement_counts(
    client: FlaskClient, path: str, engagement: Engagement, send: Send, session: Session
) -> None:
    send("agreement", name="Marguerite Okonkwo")
    assert send("agreement", name="Somebody else").location == path
    assert "Marguerite Okonkwo had already agreed." in client.get(path).text
    assert agreements(session, engagement) == ["Marguerite Okonkwo"]


def test_whoever_has_agreed_gets_the_contract_in_writing_once(
    path: str,
    engagement: Engagement,
    send: Send,
    session: Session,
    handle_events: Callable[[], None],
) -> None:
    for name in ("Marguerite Okonkwo", "Somebody else"):
        send("agreement", name=name)
    handle_events()
    session.rollback()
    written = select(MailMessage).filter_by(template="agreement_confirmed")
    mail = session.scalars(written).one()
    offer = proposal_at(engagement.priced, current_offers())
    words = [offer.name, offer.duration, "Price: $12,500", "Due now: $6,250", path, *offer.terms]
    assert [word for word in words if word not in mail.text] == []
    assert "what Marguerite Okonkwo has agreed to for" in mail.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Type your full name to agree."),
        ("  ", "Type your full name to agree."),
        ("\u200b\u202e \u2060\u3164\u2800\U000e0020\ufe0f", "Type your full name to agree."),
        ("MO", "Type your full name to agree."),
        ("...", "Type your full name to agree."),
        ("12345", "Type your full name to agree."),
        ("\N{GRINNING FACE}" * 3, "Type your full name to agree."),
        ("n" * 121, "Use at most 120 characters."),
        ("Ada\x00Marsh", "can’t be stored"),
        ("Ada\r\nBcc: x", "can’t be stored"),
    ],
)
def test_text_that_is_not_a_name_agrees_to_nothing(
    engagement: Engagement, send: Send, session: Session, name: str, sentence: str
) -> None:
    answer = send("agreement", name=name)
    assert answer.status_code == 422
    assert html.unescape(answer.text).count(sentence) == 2
    assert agreements(session, engagement) == []


def test_a_full_name_may_have_two_characters_where_each_is_a_word(
    path: str, engagement: Engagement, send: Send, session: Session
) -> None:
    assert send("agreement", name="王五").status_code == 303
    assert len(agreements(session, engagement)) == 1


def test_an_expired_page_agrees_to_nothing_and_keeps_the_name(
    engagement: Engagement, send: Send, session: Session
) -> None:
    answer = send("agreement", csrf_token="old", name="Marguerite Okonkwo")
    assert answer.status_code == 400
    assert "open for too long" in answer.text and 'value="Marguerite Okonkwo"' in answer.text
    assert agreements(session, engagement) == []


@pytest.mark.parametrize("state", ["asked", "declined"])
def test_what_is_not_on_offer_cannot_be_agreed_to(
    path: str,
    send: Send,
    application: Application,
    session: Session,
    state: str,
    request: pytest.FixtureRequest,
) -> None:
    request.getfixturevalue(state)
    assert send("agreement", name="Marguerite Okonkwo").location == f"{path}#deposit"
    engagement = engagement_of(session, application.id)
    assert engagement and agreements(session, engagement) == []


def test_before_any_proposal_there_is_nothing_to_agree_to(
    path: str, client: FlaskClient, send: Send
) -> None:
    assert 'name="name"' not in client.get(path).text
    assert send("agreement", name="Marguerite Okonkwo").status_code == 422


def test_the_price_comes_from_the_database_whatever_is_sent(
    engagement: Engagement, send: Send, session: Session
) -> None:
    send("agreement", name="Marguerite Okonkwo", total_cents="1", deposit_cents="1", kind="build")
    session.refresh(engagement)
    assert (engagement.kind, engagement.total_cents, engagement.deposit_cents) == (
        "sprint",
        1_250_000,
        625_000,
    )
