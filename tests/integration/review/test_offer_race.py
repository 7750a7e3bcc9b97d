"""Promise 11 for an offer: of a client who agrees, and reviewers who change the offer or take it
back, all at the same moment, one wins and the others are told."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted, OfferChanged, OfferTakenBack
from app.applications.models import Application
from app.applications.service import AlreadyDecided, decide_application
from app.engagements.events import EngagementAccepted
from app.engagements.models import Engagement
from app.engagements.queries import engagement_of
from app.engagements.service import NotOnOffer, TermsChanged, accept_terms
from app.events.models import StoredEvent
from app.events.types import Event
from app.notifications.models import MailMessage
from app.payments.models import Deposit
from app.review import service
from app.review.service import change_offer
from tests.integration.racing import race

ROUNDS = 25
FIRST_CENTS, NEW_CENTS = 1_250_000, 1_100_000
AGREED = EngagementAccepted(application_id="", accepted_name="Ada", currency="usd", deposit_cents=1)
CHANGED = OfferChanged(message="A slip.", kind="sprint", total_cents=NEW_CENTS, currency="usd")
TAKEN_BACK = OfferTakenBack(message="We are ill.")
DEEDS: tuple[Event, ...] = (AGREED, CHANGED, TAKEN_BACK)
ENDS = {
    "engagement.accepted": ("accepted", "accepted", FIRST_CENTS),
    "application.offer_changed": ("accepted", "offered", NEW_CENTS),
    "application.offer_taken_back": ("taken_back", "closed", FIRST_CENTS),
}
LETTERS = {
    "engagement.accepted": "agreement_confirmed",
    "application.offer_changed": "offer_changed",
    "application.offer_taken_back": "offer_taken_back",
}


@pytest.fixture
def offer(
    session: Session, submit: Callable[[], Application], handle_events: Callable[[], None]
) -> Callable[[int], list[UUID]]:
    """Make that many applications whose engagements are offered."""

    def offer(count: int) -> list[UUID]:
        ids = [submit().id for _ in range(count)]
        verdict = ApplicationAccepted(message="", kind="sprint", total_cents=FIRST_CENTS)
        for application_id in ids:
            decide_application(session, application_id, verdict, seen_version=1, actor="staff:1")
        session.commit()
        handle_events()
        return ids

    return offer


def do(own: Session, application_id: UUID, deed: Event) -> None:
    """What each of them does on a page that showed the first offer. Raises AlreadyDecided."""
    if isinstance(deed, OfferChanged | OfferTakenBack):
        seen = {"seen_version": 2, "seen_entries": 9}
        change_offer(own, application_id, deed, **seen, actor=f"staff:{deed.type}")
        return
    engagement = engagement_of(own, application_id)
    assert engagement
    try:
        accept_terms(own, engagement, name="Ada Marsh", seen_version=2)
    except (NotOnOffer, TermsChanged):
        raise AlreadyDecided from None


def standings(session: Session) -> dict[UUID, tuple[str, str, int]]:
    session.rollback()
    rows = session.execute(
        select(Application.id, Application.status, Engagement.status, Engagement.total_cents)
        .join(Engagement, Engagement.application_id == Application.id)
        .execution_options(populate_existing=True)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def test_of_an_agreement_a_change_and_a_taking_back_one_wins(
    app: Flask,
    offer: Callable[[int], list[UUID]],
    handle_events: Callable[[], None],
    session: Session,
) -> None:
    ids = offer(ROUNDS)
    won, lost = race(app, ids, DEEDS, do)
    assert sorted(lost) == sorted([*ids, *ids])
    assert standings(session) == {identity: ENDS[deed] for identity, deed in won}
    handle_events()
    assert standings(session) == {identity: ENDS[deed] for identity, deed in won}
    told = select(MailMessage.application_id, MailMessage.template).where(
        MailMessage.template.in_(LETTERS.values()), MailMessage.recipient != ""
    )
    rows = sorted(tuple(row) for row in session.execute(told))
    assert rows == sorted((identity, LETTERS[deed]) for identity, deed in won)
    agreed = [identity for identity, deed in won if deed == AGREED.type]
    assert session.scalar(select(func.count()).select_from(Deposit)) == len(agreed)


def test_without_looking_for_a_contract_a_reviewer_would_change_one(
    app: Flask,
    offer: Callable[[int], list[UUID]],
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control. The database would still refuse the row."""
    [identity] = offer(1)
    do(session, identity, AGREED)
    session.commit()
    monkeypatch.setattr(service, "is_bound", lambda *_: False)
    do(session, identity, TAKEN_BACK)
    session.commit()
    assert standings(session) == {identity: ("taken_back", "accepted", FIRST_CENTS)}
    types = session.scalars(select(StoredEvent.type)).all()
    assert {"engagement.accepted", "application.offer_taken_back"} <= set(types)
