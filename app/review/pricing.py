"""What each kind of engagement costs for an application."""

from collections.abc import Mapping

import msgspec

from app.applications.models import Application
from app.engagements.models import Engagement
from app.engagements.pricing import Quote, quote_engagement, starting_price_cents
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Kind


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


def _pricing(quote: Quote, engagement: Engagement | None, card: RateCard) -> Pricing:
    total_cents, is_proposed = quote.total_cents, False
    if engagement and engagement.is_priced_as(quote.kind, quote.currency):
        total_cents, is_proposed = engagement.total_cents, True
    return Pricing(
        total_cents=total_cents,
        floor_cents=starting_price_cents(quote.kind, card),
        is_monthly=quote.is_monthly,
        is_proposed=is_proposed,
    )
