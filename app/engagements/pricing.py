"""Pricing: a kind, answers and the rate card in, a quote out, every line explained. Pure."""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from app.applications.questions.answers import Answers
from app.applications.questions.conditions import all_hold
from app.engagements.rate_card import Billing, KindPrice, Modifier, RateCard
from app.firm.offers import Deliverable, Kind, Offer, Offers
from app.platform.languages.prose import Prose


class OtherCurrency(Exception):
    """A price was requested in another currency than the rate card's; the message names both."""


class PriceLine(Struct, frozen=True, omit_defaults=True):
    """One line of a quote, in cents; negative for a discount. ``is_agreed`` marks the one that
    makes up the difference to a reviewer's price."""

    label: Prose
    explanation: Prose
    amount_cents: int
    is_agreed: bool = False


class Part(Struct, frozen=True):
    """What the client has in hand at the end of one part of the engagement."""

    when: Prose
    what: Prose


class Proposal(Struct, frozen=True):
    """What is offered at a price, in the wording of that time, whatever the offers say later."""

    name: Prose
    headline: Prose
    duration: Prose
    summary: Prose
    deliverables: tuple[Part, ...]
    terms: tuple[Prose, ...]


class Quote(Struct, frozen=True):
    """A computed price in cents of ``currency``. The lines add up to the total.

    With ``billing`` monthly, total and deposit are for the first month. ``proposal`` is what the
    client was offered at this price, and ``translations`` has its texts and the price lines' by
    language, as the client may have read them. Both are empty before the offer.
    """

    kind: Kind
    currency: str
    rate_card_version: str
    billing: Billing
    lines: tuple[PriceLine, ...]
    total_cents: int
    deposit_percent: int
    deposit_cents: int
    proposal: Proposal | None = None
    translations: dict[str, dict[str, str]] = {}

    @property
    def is_monthly(self) -> bool:
        return self.billing == "monthly"

    @property
    def deposit_is_first_month(self) -> bool:
        """Whether the deposit is the whole first month, and is called that."""
        return self.is_monthly and self.deposit_percent == 100


def quote_engagement(kind: Kind, answers: Answers, card: RateCard) -> Quote:
    """Price an engagement of that kind for these answers.

    The base comes first, then each modifier that applies, then, if the sum is below the floor, a
    line that raises it to the floor. Missing and unknown answers apply no modifier.
    """
    price = card.price_of(kind)
    lines = [PriceLine(price.label, price.explanation, price.base_cents)]
    lines += [modifier_line(modifier, price) for modifier in _applied(price, answers)]
    short_cents = price.floor_cents - sum(line.amount_cents for line in lines)
    if short_cents > 0:
        lines.append(PriceLine(card.floor_label, price.floor_explanation, short_cents))
    total_cents = sum(line.amount_cents for line in lines)
    return Quote(
        kind=kind,
        currency=card.currency,
        rate_card_version=card.version,
        billing=price.billing,
        lines=tuple(lines),
        total_cents=total_cents,
        deposit_percent=price.deposit_percent,
        deposit_cents=percent_of(total_cents, price.deposit_percent),
    )


def quote_as_shown(
    proposed: Quote | None, kind: Kind, currency: str, answers: Answers, card: RateCard
) -> Quote:
    """Return the price that a reviewer is shown: the proposal's if it is of that kind and currency,
    even if the rate card has changed since, else the rate card's.

    Raises OtherCurrency if the rate card is in another one.
    """
    if proposed and (proposed.kind, proposed.currency) == (kind, currency):
        return proposed
    if currency != card.currency:
        raise OtherCurrency(f"Asked for in {currency}; the rate card has {card.currency}.")
    return quote_engagement(kind, answers, card)


def quote_agreed(quote: Quote, total_cents: int, card: RateCard) -> Quote:
    """Return the quote at the total that a reviewer has set, in cents.

    One line makes up the difference, without a reason: the site doesn't know whether anybody spoke
    with the client. It replaces the one of an earlier total.
    """
    if total_cents == quote.total_cents:
        return quote
    lines = [line for line in quote.lines if not _is_agreed(line, card)]
    more_cents = total_cents - sum(line.amount_cents for line in lines)
    if more_cents:
        label, explanation = card.agreed_label, card.agreed_explanation
        lines.append(PriceLine(label, explanation, more_cents, is_agreed=True))
    return replace(
        quote,
        lines=tuple(lines),
        total_cents=total_cents,
        deposit_cents=percent_of(total_cents, quote.deposit_percent),
    )


def proposal_at(quote: Quote, offers: Offers) -> Proposal:
    """What is proposed at that price: what was offered at it, or else the present offer, with the
    parts that the quote's lines pay for. ``quote`` and ``offers`` must be in the same language."""
    if quote.proposal:
        return quote.proposal
    offer, lines = offers.offer(quote.kind), {line.label for line in quote.lines}
    return Proposal(
        name=offer.name,
        headline=offer.headline,
        duration=_duration_of(offer, lines),
        summary=offer.summary,
        deliverables=tuple(
            Part(_time_of(part, lines), part.what)
            for part in offer.deliverables
            if _is_priced(part, lines)
        ),
        terms=offer.terms,
    )


def starting_price_cents(kind: Kind, card: RateCard) -> int:
    """Return the least that an engagement of that kind can cost, in cents: its floor."""
    return card.price_of(kind).floor_cents


def is_within_budget(cents: int, kind: Kind, answers: Answers, card: RateCard) -> bool:
    """Whether the price, times `budget_months` of its kind, is within the budget in the answers.
    A budget that wasn't given, or has no upper end, rules nothing out."""
    budgets = (one.up_to_cents for one in card.budgets if all_hold(one.when, answers))
    limit_cents = next(budgets, None)
    return limit_cents is None or cents * card.price_of(kind).budget_months <= limit_cents


def lowest_sum_cents(price: KindPrice) -> int:
    """Return the base with every discount, in cents. If that is below the floor, a quote is raised
    to the floor."""
    return price.base_cents + sum(cents for cents in _modifiers_cents(price) if cents < 0)


def highest_sum_cents(price: KindPrice) -> int:
    """Return the base with every surcharge, in cents. No quote is higher."""
    return price.base_cents + sum(cents for cents in _modifiers_cents(price) if cents > 0)


def modifier_line(modifier: Modifier, price: KindPrice) -> PriceLine:
    """Return the line that the modifier adds to a quote at that price."""
    amount_cents = modifier.amount_cents or percent_of(price.base_cents, modifier.percent_of_base)
    return PriceLine(modifier.label, modifier.explanation, amount_cents)


def percent_of(cents: int, percent: int) -> int:
    """Return that percentage in whole cents; half a cent is rounded up."""
    return (cents * percent + 50) // 100


def _modifiers_cents(price: KindPrice) -> list[int]:
    return [modifier_line(modifier, price).amount_cents for modifier in price.modifiers]


def _applied(price: KindPrice, answers: Answers) -> list[Modifier]:
    """The modifiers whose conditions hold, except those ruled out by another line's presence."""
    met = [modifier for modifier in price.modifiers if all_hold(modifier.when, answers)]
    labels = {modifier.label for modifier in met}
    return [modifier for modifier in met if modifier.not_with not in labels]


def _is_agreed(line: PriceLine, card: RateCard) -> bool:
    # An earlier release did not mark it.
    return line.is_agreed or line.label == card.agreed_label


def _duration_of(offer: Offer, lines: Collection[str]) -> str:
    told = {length.only_with: length.duration for length in offer.lengths}
    return next((told[line] for line in lines if line in told), told.get("", offer.duration))


def _time_of(part: Deliverable, lines: Collection[str]) -> str:
    return next((one.when for one in part.other_times if one.only_with in lines), part.when)


def _is_priced(part: Deliverable, lines: Collection[str]) -> bool:
    return not part.only_with or part.only_with in lines
