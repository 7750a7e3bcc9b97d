"""Checks the offers against the rate card: what they say must match what is charged."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.engagements.rate_card import KindPrice, RateCard
from app.firm.offers import Offer, Offers
from app.platform.data_files import DataFileError


def check_price_lines(path: Path, offers: Offers, card: RateCard) -> None:
    """Raise DataFileError if an offer from the file ``path`` has a part that depends on a price
    line that its kind doesn't have, or states other durations than its price lines do."""
    for offer in offers.offers:
        price = card.price_of(offer.kind)
        for fault in (*_unknown_lines(offer, price), *_other_lengths(offer, price)):
            raise DataFileError(path, f"The offer '{offer.kind}' {fault}.")


def _unknown_lines(offer: Offer, price: KindPrice) -> Iterator[str]:
    known = {"", *(modifier.label for modifier in price.modifiers)}
    for label in _lines_named(offer):
        if label not in known:
            yield f"has a part only with '{label}', which is no line of its price"


def _lines_named(offer: Offer) -> Iterable[str]:
    for part in offer.deliverables:
        yield part.only_with
        yield from (time.only_with for time in part.other_times)
    yield from (length.only_with for length in offer.lengths)


def _other_lengths(offer: Offer, price: KindPrice) -> Iterator[str]:
    """Durations that differ from the price's. No quote has two lines that change the days, so each
    such line has its own duration."""
    told = {length.only_with: length.days for length in offer.lengths}
    charged = {line.label: price.days + line.days for line in price.modifiers if line.days}
    if price.days:
        charged[""] = price.days
    for label in sorted(charged.keys() | told.keys()):
        days = charged.get(label, price.days)
        if told.get(label) != days:
            which = f"with '{label}'" if label else "without a line that changes it"
            said = f"{told[label]} by its lengths" if label in told else "has no length for it"
            yield f"takes {days} days by its price {which}, and {said}"
