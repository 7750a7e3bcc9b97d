"""What each kind of engagement costs for an application."""

from collections.abc import Mapping
from typing import cast

import msgspec

from app.applications.models import Application
from app.applications.queries import Terms
from app.applications.service import OfferVerdict, Verdict
from app.engagements.models import Engagement
from app.engagements.pricing import Quote, quote_agreed, quote_as_shown
from app.engagements.rate_card import RateCard
from app.firm.offers import KINDS, Kind


class Pricing(msgspec.Struct, frozen=True):
    """The price of one kind for an application, and where it comes from, in words."""

    quote: Quote
    source: str


def price_kinds(
    application: Application, engagement: Engagement | None, card: RateCard
) -> Mapping[Kind, Pricing]:
    """The price of each kind, in the rate card's present currency."""
    proposed, pricings = engagement.priced if engagement else None, {}
    stands = "as offered" if engagement and engagement.status == "offered" else "as proposed"
    for kind in KINDS:
        quote = quote_as_shown(proposed, kind, card.currency, application.answers, card)
        pricings[kind] = Pricing(quote, stands if quote is proposed else "by the rate card")
    return pricings


def quote_offered(
    verdict: Verdict | OfferVerdict, prices: Mapping[Kind, Pricing], card: RateCard
) -> Quote | None:
    """The price, line by line, that the prospect will be offered; None if the verdict offers
    nothing."""
    if not isinstance(verdict, Terms):
        return None
    shown = prices[cast(Kind, verdict.kind)].quote
    return quote_agreed(shown, verdict.total_cents, card)
