"""A client agrees to the terms that their page showed, or to nothing."""

import html
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.applications.events import OfferChanged, OfferTakenBack
from app.applications.models import Application
from app.applications.service import OfferVerdict
from app.engagements.models import Engagement
from app.engagements.service import NotOnOffer, TermsChanged, accept_terms
from app.payments.models import Deposit
from app.platform.database import db
from app.review.service import AlreadyAgreed, change_offer
from tests.integration.portal.conftest import Send, Settle

NAME = "Marguerite Okonkwo"
CHANGED = OfferChanged(message="A slip.", kind="sprint", total_cents=1_100_000, currency="usd")
TAKEN_BACK = OfferTakenBack(message="We are ill.")
HAS_CHANGED = "Our proposal has changed since you opened this page, so nothing is agreed."


@pytest.fixture
def other(engagement: Engagement) -> Session:
    """Another process's session, which has read the offer and waits only briefly for a lock."""
    other = Session(db.engine)
    assert other.get_one(Engagement, engagement.id).status == "offered"
    other.execute(text("SET LOCAL lock_timeout = '200ms'"))
    return other


def agreed_cents(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(select(Engagement.total_cents).filter_by(status="accepted")))


def test_a_page_from_before_a_change_shows_the_present_terms_and_records_nothing(
    client: FlaskClient, path: str, settle: Settle, send: Send, session: Session
) -> None:
    settle(CHANGED)
    answer = send("agreement", name=NAME, version="2")
    page = html.unescape(answer.text)
    assert answer.status_code == 409 and HAS_CHANGED in page
    assert "at $11,000 on the terms above" in page and "Before: Sprint, $12,500." in page
    assert f'value="{NAME}"' in page and 'name="version" value="3"' in page
    assert agreed_cents(session) == []
    assert send("agreement", name=NAME, version="3").location == f"{path}#deposit"
    assert agreed_cents(session) == [1_100_000]
    assert "$5,500" in client.get(path).text


def test_the_deposit_that_falls_due_is_that_of_the_changed_terms(
    settle: Settle, send: Send, session: Session, handle_events: Callable[[], None]
) -> None:
    settle(CHANGED)
    send("agreement", name=NAME)
    handle_events()
    assert session.scalars(select(Deposit.amount_cents)).all() == [550_000]


@pytest.mark.parametrize("fields", [{"csrf_token": "old", "name": NAME}, {"name": ""}])
def test_a_form_that_is_shown_again_for_another_reason_also_says_that_the_terms_have_changed(
    settle: Settle, send: Send, fields: dict[str, str]
) -> None:
    settle(CHANGED)
    page = send("agreement", version="2", **fields).text
    assert HAS_CHANGED in page and "at $11,000 on the terms above" in page


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 30])
def test_a_form_that_does_not_say_which_terms_it_showed_agrees_to_nothing(
    engagement: Engagement, send: Send, session: Session, version: str
) -> None:
    """Such as one from before an upgrade."""
    answer = send("agreement", name=NAME, version=version)
    assert answer.status_code == 409
    assert "open for too long" in answer.text and f'value="{NAME}"' in answer.text
    assert agreed_cents(session) == []


def test_a_double_click_after_a_change_says_so_twice_and_agrees_to_nothing(
    settle: Settle, send: Send, session: Session
) -> None:
    settle(CHANGED)
    answers = [send("agreement", name=NAME, version="2") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert agreed_cents(session) == []


def test_who_agrees_to_an_offer_that_was_taken_back_is_told_and_owes_nothing(
    client: FlaskClient,
    path: str,
    settle: Settle,
    send: Send,
    session: Session,
    handle_events: Callable[[], None],
) -> None:
    settle(TAKEN_BACK)
    assert send("agreement", name=NAME, version="2").location == path
    page = client.get(path).text
    assert "Our proposal was taken back before you agreed, so nothing is agreed." in page
    assert "We have taken our proposal back." in page and "We are ill." in page
    handle_events()
    assert agreed_cents(session) == []
    assert session.scalars(select(Deposit)).all() == []


def test_an_open_page_is_told_of_the_change_with_its_message(
    client: FlaskClient, path: str, settle: Settle
) -> None:
    settle(CHANGED)
    news = client.get(f"{path}/messages/new?seen=0&version=2").text
    assert "Changed proposal" in news and "A slip." in news and "Reload the page" in news


def test_the_page_does_not_promise_that_the_proposal_stays(
    client: FlaskClient, path: str, engagement: Engagement
) -> None:
    page = client.get(path).text
    assert "no closing date. Until you agree, we can still change it or take it back" in page


@pytest.mark.parametrize("verdict", [CHANGED, TAKEN_BACK])
def test_a_reviewer_waits_for_the_agreement_and_then_finds_a_contract(
    session: Session, other: Session, engagement: Engagement, settle: Settle, verdict: OfferVerdict
) -> None:
    accept_terms(session, engagement, name=NAME, seen_version=engagement.version)
    with other, pytest.raises(OperationalError, match="lock timeout"):
        settle(verdict, within=other)
    session.commit()
    with other, pytest.raises(AlreadyAgreed):
        settle(verdict, within=other)


@pytest.mark.parametrize(
    ("verdict", "refusal"), [(CHANGED, TermsChanged), (TAKEN_BACK, NotOnOffer)]
)
def test_an_agreement_waits_for_the_reviewer_and_then_finds_other_terms_or_none(
    session: Session,
    other: Session,
    application: Application,
    engagement: Engagement,
    verdict: OfferVerdict,
    refusal: type[Exception],
) -> None:
    shown = engagement.version
    change_offer(session, application.id, verdict, seen_version=2, seen_entries=9, actor="staff:a")
    with other, pytest.raises(OperationalError, match="lock timeout"):
        accept_terms(other, engagement, name=NAME, seen_version=shown)
    session.commit()
    with other, pytest.raises(refusal):
        accept_terms(other, engagement, name=NAME, seen_version=shown)
