"""What the firm offers, as data (content/offers.toml): each kind of engagement in words.

Prices are not here: they come from the rate card alone.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Final, Literal, cast, get_args

from msgspec import Struct
from msgspec.structs import replace

from app.data_files import DataFileError, read_data
from app.languages.prose import Prose, current_data

Kind = Literal["sprint", "build", "fractional"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Deliverable(Struct, frozen=True, forbid_unknown_fields=True):
    """What the client holds at the end of a part of the engagement; ``only_with`` is the label of
    the price line without which there is no such part."""

    when: Prose
    what: Prose
    only_with: Prose = ""


class Length(Struct, frozen=True, forbid_unknown_fields=True):
    """How long an engagement takes whose price has the line ``only_with``, or any."""

    duration: Prose
    only_with: Prose = ""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that clients ask, and the answer."""

    question: Prose
    answer: Prose


class Offer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One kind of engagement. ``duration`` is what anybody may expect of it, ``lengths`` what it is
    in a proposal. ``terms`` are the sentences under a proposal."""

    kind: Kind
    name: Prose
    headline: Prose
    duration: Prose
    lengths: tuple[Length, ...] = ()
    summary: Prose
    who_for: tuple[Prose, ...]
    not_for: tuple[Prose, ...]
    deliverables: tuple[Deliverable, ...]
    terms: tuple[Prose, ...]
    questions: tuple[Asked, ...]

    def priced_with(self, lines: Collection[str]) -> "Offer":
        """What is proposed at a price with lines of those labels: its own length (the last of those
        that hold), and the parts that are in it."""
        lengths = [one.duration for one in self.lengths if _is_in(one, lines)]
        return replace(
            self,
            duration=lengths[-1] if lengths else self.duration,
            deliverables=tuple(part for part in self.deliverables if _is_in(part, lines)),
        )


class Offers(Struct, frozen=True, forbid_unknown_fields=True):
    """All offers, in the order in which they are shown."""

    offers: tuple[Offer, ...]

    def offer(self, kind: Kind) -> Offer:
        """Return the offer of that kind; load_offers sees to it that there is one."""
        return next(offer for offer in self.offers if offer.kind == kind)


def _is_in(part: Deliverable | Length, lines: Collection[str]) -> bool:
    return not part.only_with or part.only_with in lines


def current_offers() -> Offers:
    """Return the offers of the running app."""
    return cast(Offers, current_data("offers"))


def load_offers(path: Path) -> Offers:
    """Read and check the offers. Raises DataFileError with a sentence that names the place."""
    offers = read_data(path, Offers)
    if sorted(offer.kind for offer in offers.offers) != sorted(KINDS):
        raise DataFileError(path, f"The kinds must be {', '.join(KINDS)}, each once.")
    for offer in offers.offers:
        for name in ("who_for", "not_for", "deliverables", "terms"):
            if not getattr(offer, name):
                raise DataFileError(path, f"The offer '{offer.kind}' needs an entry in {name}.")
    return offers
