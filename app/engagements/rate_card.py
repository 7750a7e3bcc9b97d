"""The rate card: what each kind of engagement costs, as data (content/rate_card.toml)."""

from typing import Final, Literal, cast

from msgspec import Struct

from app.applications.questions.conditions import When
from app.firm.offers import Kind
from app.platform.languages.prose import Prose, current_data

# Cents are stored in 32 bits; this is a round sum below that limit.
MOST_CENTS: Final = 1_000_000_000

Billing = Literal["fixed", "monthly"]


class Modifier(Struct, frozen=True, forbid_unknown_fields=True):
    """An extra line on the quote if all conditions hold, unless the line ``not_with`` is on it.

    Either ``amount_cents`` or ``percent_of_base`` is given, negative for a discount. ``days`` are
    the working days that it adds to the engagement; negative if it takes fewer.
    """

    label: Prose
    explanation: Prose
    when: When
    amount_cents: int = 0
    percent_of_base: int = 0
    days: int = 0
    not_with: Prose = ""


class KindPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """The price of one kind, in cents: for all of it if ``billing`` is fixed, else for a month.

    ``floor_cents`` is the least that a quote can come to; ``deposit_percent`` is of the total.
    ``budget_months`` is the number of months of a monthly price that a budget should cover.
    ``days`` are the working days that the base pays for; 0 if the engagement has no end.
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

    @property
    def deposit_is_first_month(self) -> bool:
        """Whether the deposit is the whole first month, and is called that."""
        return self.is_monthly and self.deposit_percent == 100


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """The most that somebody with these answers can spend, in cents of the card's currency."""

    up_to_cents: int
    when: When


class RateCard(Struct, frozen=True, forbid_unknown_fields=True):
    """The prices of all kinds in one currency, a lower-case ISO 4217 code as Stripe expects it.

    ``floor_label`` names the line that raises a quote to its floor, ``agreed_label`` the one that
    brings it to the price that a reviewer has set. ``tax_note`` says beside the site's prices
    whether they are net or gross. ``budgets`` has only those with an upper end.
    """

    version: str
    currency: str
    tax_note: Prose
    floor_label: Prose
    agreed_label: Prose
    agreed_explanation: Prose
    kinds: tuple[KindPrice, ...]
    budgets: tuple[Budget, ...] = ()

    def price_of(self, kind: Kind) -> KindPrice:
        """Return the price of that kind; load_rate_card checks that there is one."""
        return next(price for price in self.kinds if price.kind == kind)


def current_rate_card() -> RateCard:
    """Return the rate card of the running app."""
    return cast(RateCard, current_data("rate_card"))
