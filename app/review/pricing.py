"""What each kind of engagement costs for an application."""

from collections.abc import Mapping

import msgspec

from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.pricing import quote_engagement, starting_price_cents
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Kind


class Pricing(msgspec.Struct, frozen=True):
    """What one kind costs for an application, in cents, of a month if ``is_monthly``: its price,
    and the least that it may be agreed at."""

    total_cents: int
    floor_cents: int
    is_monthly: bool
    is_proposed: bool


def price_kinds(
    application: Application, engagement: Engagement | None, card: RateCard
) -> Mapping[Kind, Pricing]:
    """The price of each kind: the proposal's own where it is of that kind, else the rate card's."""
    return {
        kind: Pricing(
            total_cents=engagement.total_cents
            if engagement and engagement.kind == kind
            else quote_engagement(kind, application.answers, card).total_cents,
            floor_cents=starting_price_cents(kind, card),
            is_monthly=card.price_of(kind).billing == "monthly",
            is_proposed=engagement is not None and engagement.kind == kind,
        )
        for kind in KINDS
    }
