"""Amounts that other texts of the firm state in words, compared with the rate card."""

import re
from collections.abc import Iterator
from typing import Final

from babel.numbers import get_currency_symbol

from app.engagements.rate_card import RateCard
from app.platform.languages.choice import SOURCE

_OTHER_CODES: Final = "USD|EUR|GBP|CHF"
_HUNDREDTHS: Final = re.compile(r"[.,](\d\d)\Z")


def amounts_not_in(card: RateCard, text: str) -> Iterator[str]:
    """Each amount in the text that is no price, floor or budget of the card: it may be from before
    the card was changed. Which of these a sentence means can't be known."""
    cents = {abs(line.amount_cents) for kind in card.kinds for line in kind.modifiers}
    cents |= {amount for kind in card.kinds for amount in (kind.base_cents, kind.floor_cents)}
    cents |= {budget.up_to_cents for budget in card.budgets}
    code = card.currency.upper()
    symbol = get_currency_symbol(code, SOURCE)
    mark = rf"[$€£¥]|\b(?:{code}|{_OTHER_CODES})\b|\bEuro\b"
    amount = rf"(?:(?P<before>{mark})\s?)?(?P<figure>\d[\d.,]*\d)(?:\s?(?P<after>{mark}))?"
    # As an English price and a German one are written: €12,000 and 12.000 €.
    own = {code, symbol, symbol[-1], "Euro" if code == "EUR" else code}
    for found in re.finditer(amount, text):
        written_with = found["before"] or found["after"]
        if written_with and not (written_with in own and _cents(found["figure"]) in cents):
            yield " ".join(found[0].split())


def _cents(figure: str) -> int:
    hundredths = _HUNDREDTHS.search(figure)
    whole = figure[: hundredths.start()] if hundredths else figure
    return int(re.sub(r"\D", "", whole)) * 100 + (int(hundredths[1]) if hundredths else 0)
