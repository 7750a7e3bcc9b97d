"""The rate card changes between the proposal and the offer: the client is offered the price the
reviewer saw."""

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from msgspec.structs import replace
from sqlalchemy.orm import Session

from app.applications.events import ApplicationAccepted
from app.applications.service import decide_application
from app.engagements.models import Engagement
from app.engagements.pricing import OtherCurrency, starting_price_cents
from app.engagements.queries import engagement_of
from app.engagements.rate_card import RateCard, current_rate_card
from app.engagements.subscribers import offer_engagement
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of
from app.firm.offers import Kind
from tests.dearer_card import dearer

Accept = Callable[..., RecordedEvent]
HaveCard = Callable[[RateCard], None]


@pytest.fixture
def proposed(
    session: Session, application_id: uuid.UUID, handle_events: Callable[[], None]
) -> Engagement:
    handle_events()
    engagement = engagement_of(session, application_id)
    assert engagement
    return engagement


@pytest.fixture
def accept(session: Session, application_id: uuid.UUID, proposed: Engagement) -> Accept:
    """Accept as proposed, with any changes given. Returns the event, which no subscriber has
    handled."""

    def accept(**other: object) -> RecordedEvent:
        kept = {name: getattr(proposed, name) for name in ("kind", "total_cents", "currency")}
        accepted = ApplicationAccepted(message="", **{**kept, **other})
        decide_application(session, application_id, accepted, seen_version=1, actor="staff:1")
        session.commit()
        return read_stream(session, stream_of("application", application_id))[-1]

    return accept


@pytest.fixture
def have_card(app: Flask, monkeypatch: pytest.MonkeyPatch) -> HaveCard:
    """Make this the rate card of the running app."""
    return lambda card: monkeypatch.setitem(app.extensions, "rate_card", card)


def test_an_engagement_accepted_as_proposed_is_offered_line_by_line(
    session: Session, proposed: Engagement, accept: Accept, have_card: HaveCard
) -> None:
    shown = proposed.priced
    accepted = accept()
    have_card(dearer(current_rate_card()))
    offer_engagement(session, accepted)
    assert proposed.status == "offered"
    assert (proposed.priced.lines, proposed.total_cents) == (shown.lines, shown.total_cents)


def test_a_price_changed_by_the_reviewer_adds_one_line_after_the_proposals_lines(
    session: Session, proposed: Engagement, accept: Accept, have_card: HaveCard
) -> None:
    shown = proposed.priced
    accepted = accept(total_cents=shown.total_cents + 500_000)
    have_card(dearer(current_rate_card()))
    offer_engagement(session, accepted)
    *lines, difference = proposed.priced.lines
    assert (tuple(lines), difference.amount_cents) == (shown.lines, 500_000)


def test_a_price_that_was_accepted_is_offered_even_if_the_floor_has_risen_since(
    session: Session, proposed: Engagement, accept: Accept, have_card: HaveCard
) -> None:
    """The mail with the price goes out in any case."""
    kind: Kind = "build" if proposed.kind != "build" else "sprint"
    least_cents = starting_price_cents(kind, current_rate_card())
    accepted = accept(kind=kind, total_cents=least_cents)
    have_card(dearer(current_rate_card()))
    offer_engagement(session, accepted)
    assert (proposed.kind, proposed.total_cents) == (kind, least_cents)


def test_a_price_in_a_different_currency_from_the_rate_cards_is_not_offered(
    session: Session, proposed: Engagement, accept: Accept, have_card: HaveCard
) -> None:
    """The same figure would be a different price; a dead letter asks a person instead."""
    accepted = accept(kind="build" if proposed.kind != "build" else "sprint")
    have_card(replace(current_rate_card(), currency="eur"))
    with pytest.raises(OtherCurrency, match="Asked for in usd; the rate card has eur"):
        offer_engagement(session, accepted)
