"""Parses an amount of money as staff type it: exact to the cent, or refused."""

import re

from babel.numbers import get_currency_symbol

from app.engagements.rate_card import MOST_CENTS
from app.platform.languages.choice import SOURCE
from app.web.rendering import money

# Allows far more digits than an amount may have, so that a large one gets its own message.
AMOUNT = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){1,9}|[0-9]{1,30})(?:\.([0-9]{2}))?")


class NotAnAmount(Exception):
    """What was typed is not an amount. The message is the sentence to show beside the field."""


def parse_amount(typed: str, currency: str) -> int:
    """Return the amount in cents: "12500", "12,500", "€12,500.00", "12,500 EUR" are all 1_250_000.

    Raises NotAnAmount for anything ambiguous, such as "12.500" or "12,50", for another currency,
    and for more than ten million.
    """
    code, amount = currency.upper(), typed.strip()
    for mark in (get_currency_symbol(code, SOURCE), code):
        amount = amount.removeprefix(mark).removesuffix(mark).strip()
    match = AMOUNT.fullmatch(amount)
    if match is None:
        raise NotAnAmount(f"Write the amount in {code}, like 12,500 or 12500.00.")
    cents = int(match[1].replace(",", "")) * 100 + int(match[2] or 0)
    if cents > MOST_CENTS:
        raise NotAnAmount(f"It can be at most {money(MOST_CENTS, currency)}.")
    return cents
