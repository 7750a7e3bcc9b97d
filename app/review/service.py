"""What a decision needs to know: the price of each kind, the mail agreed to, and who was first."""

import hashlib
import uuid
from collections.abc import Mapping

import msgspec
from sqlalchemy.orm import Session

from app.applications.events import (
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationDismissed,
    ApplicationErased,
    ApplicationHeld,
    ApplicationReleased,
    ApplicationWithdrawn,
    MoreProvided,
    MoreRequested,
)
from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.pricing import Quote, quote_engagement, starting_price_cents
from app.engagements.rate_card import RateCard
from app.events.store import read_stream
from app.events.types import RecordedEvent, stream_of
from app.firm.offers import KINDS, Kind
from app.notifications.letter import Letter

# Each of these raises the application's version by one; the submission made it 1.
CHANGES = (
    ApplicationHeld,
    ApplicationReleased,
    ApplicationDismissed,
    MoreRequested,
    MoreProvided,
    ApplicationAccepted,
    ApplicationDeclined,
    ApplicationWithdrawn,
    ApplicationErased,
)


class Pricing(msgspec.Struct, frozen=True):
    """What one kind costs for an application, in cents of the rate card's currency, of a month if
    ``is_monthly``: its price, and the least that it may be agreed at."""

    total_cents: int
    floor_cents: int
    is_monthly: bool
    is_proposed: bool


def price_kinds(
    application: Application, engagement: Engagement | None, card: RateCard
) -> Mapping[Kind, Pricing]:
    """The price of each kind: the proposal's own where it is of that kind and in the currency that
    the rate card has now, else the rate card's."""
    return {
        kind: _pricing(quote_engagement(kind, application.answers, card), engagement, card)
        for kind in KINDS
    }


def fingerprint(letter: Letter) -> str:
    """What stands for the letter that a reviewer has seen: another letter has another one."""
    return hashlib.sha256(f"{letter.subject}\n{letter.text}".encode()).hexdigest()


def changes_since(
    session: Session, application_id: uuid.UUID, seen_version: int
) -> list[RecordedEvent]:
    """What was released, decided, asked, answered, withdrawn or erased after the version that a
    reviewer saw, oldest first."""
    events = read_stream(session, stream_of("application", application_id))
    changes = [recorded for recorded in events if isinstance(recorded.data, CHANGES)]
    return changes[max(seen_version, 1) - 1 :]


def _pricing(quote: Quote, engagement: Engagement | None, card: RateCard) -> Pricing:
    total_cents, is_proposed = quote.total_cents, False
    if engagement and (engagement.kind, engagement.currency) == (quote.kind, quote.currency):
        total_cents, is_proposed = engagement.total_cents, True
    return Pricing(
        total_cents=total_cents,
        floor_cents=starting_price_cents(quote.kind, card),
        is_monthly=quote.is_monthly,
        is_proposed=is_proposed,
    )
