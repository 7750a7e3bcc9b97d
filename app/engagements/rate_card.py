"""The rate card: what each kind of engagement costs, as data (content/rate_card.toml)."""

from typing import Final, Literal, cast

from msgspec import Struct

from app.applications.questions.conditions import When
from app.firm.offers import Kind
from app.languages.prose import Prose, current_data

# Cents are kept in 32 bits; this is the round sum under that.
MOST_CENTS: Final = 1_000_000_000

Billing = Literal["fixed", "monthly"]


class Modifier(Struct, frozen=True, forbid_unknown_fields=True):
    """One line more on the quote when all conditions hold, unless the line ``not_with`` is on it.

    Either ``amount_cents`` or ``percent_of_base`` is given, below zero for a discount. ``days`` are
    the working days by which the engagement takes longer with it, below zero for fewer.
    """

    label: Prose
    explanation: Prose
    when: When
    amount_cents: int = 0
    percent_of_base: int = 0
    days: int = 0
    not_with: Prose = ""


class KindPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """The price of one kind, in cents: of the whole if ``billing`` is fixed, of a month if monthly.

    ``floor_cents`` is the least that a quote can come to; ``deposit_percent`` is of the total;
    ``budget_months`` is for how many months of a monthly price a budget is meant to last. ``days``
    are the working days that the base pays for; 0 where the engagement has no end.
    """

    kind: Kind
    billing: Billing
    base_cents: int
    label: Prose
    explanation: Prose
    floor_cents: int
    floor_explanation: Prose
    deposit_percent: int
    modifiers: tuple[Modifier, ...] = ()
    budget_months: int = 1
    days: int = 0

    @property
    def is_monthly(self) -> bool:
        return self.billing == "monthly"


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """The most that somebody who answers so can spend, in cents of the card's currency."""

    up_to_cents: int
    when: When


class RateCard(Struct, frozen=True, forbid_unknown_fields=True):
    """The prices of all kinds in one currency, a lower-case ISO 4217 code as Stripe wants it.

    ``floor_label`` names the line that lifts a quote to its floor, ``agreed_label`` the one that
    brings it to the price that a reviewer has set. ``budgets`` are those that have an upper end.
    """

    version: str
    currency: str
    floor_label: Prose
    agreed_label: Prose
    agreed_explanation: Prose
    kinds: tuple[KindPrice, ...]
    budgets: tuple[Budget, ...] = ()

    def price_of(self, kind: Kind) -> KindPrice:
        """Return the price of that kind; load_rate_card sees to it that there is one."""
        return next(price for price in self.kinds if price.kind == kind)


def current_rate_card() -> RateCard:
    """Return the rate card of the running app."""
    return cast(RateCard, current_data("rate_card"))
