"""What the firm offers, as data (content/offers.toml): each kind of engagement in words.

Prices are not here; they come only from the rate card.
"""

from pathlib import Path
from typing import Final, Literal, cast, get_args

from msgspec import Struct

from app.platform.data_files import DataFileError, read_data
from app.platform.languages.prose import Prose, current_data

Kind = Literal["sprint", "build", "fractional"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class OtherTime(Struct, frozen=True, forbid_unknown_fields=True):
    """When a part ends, if the engagement's price has the line ``only_with``."""

    when: Prose
    only_with: Prose


class Deliverable(Struct, frozen=True, forbid_unknown_fields=True):
    """What the client has in hand at the end of one part of the engagement; ``only_with`` is the
    label of the price line that the part depends on."""

    when: Prose
    what: Prose
    only_with: Prose = ""
    other_times: tuple[OtherTime, ...] = ()


class Duration(Struct, frozen=True, forbid_unknown_fields=True):
    """How long an engagement takes, in words and in working ``days``, which must match its price
    lines. It applies if the price has the line ``only_with``; if that is empty, by default."""

    duration: Prose
    days: int
    only_with: Prose = ""


class FaqEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that clients ask, and the answer."""

    question: Prose
    answer: Prose


class Offer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of engagement. ``duration`` is the general one; ``lengths`` are those in a proposal,
    which depend on its price lines. ``terms`` are the sentences under a proposal."""

    kind: Kind
    name: Prose
    headline: Prose
    duration: Prose
    lengths: tuple[Duration, ...] = ()
    summary: Prose
    who_for: tuple[Prose, ...]
    not_for: tuple[Prose, ...]
    deliverables: tuple[Deliverable, ...]
    terms: tuple[Prose, ...]
    questions: tuple[FaqEntry, ...]


class Offers(Struct, frozen=True, forbid_unknown_fields=True):
    """All offers, in the order in which they are shown."""

    offers: tuple[Offer, ...]

    def offer(self, kind: Kind) -> Offer:
        """Return the offer of that kind; load_offers checks that there is one."""
        return next(offer for offer in self.offers if offer.kind == kind)


def current_offers() -> Offers:
    """Return the offers of the running app."""
    return cast(Offers, current_data("offers"))


def load_offers(path: Path) -> Offers:
    """Read and check the offers. Raises DataFileError with a sentence that names the place."""
    offers = read_data(path, Offers)
    if sorted(offer.kind for offer in offers.offers) != sorted(KINDS):
        raise DataFileError(path, f"The kinds must be {', '.join(KINDS)}, each once.")
    for offer in offers.offers:
        for name in ("name", "headline", "duration", "summary"):
            if not getattr(offer, name).strip():
                raise DataFileError(path, f"The offer '{offer.kind}' needs its {name}.")
        for name in ("who_for", "not_for", "deliverables", "terms"):
            if not getattr(offer, name):
                raise DataFileError(path, f"The offer '{offer.kind}' needs an entry in {name}.")
    return offers
