"""A price as a reviewer types it, in dollars: understood to the cent, or refused."""

import re

# Cents are kept in 32 bits; this is the round sum under that.
MOST_CENTS = 1_000_000_000

DOLLARS = re.compile(r"\$?\s?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]{2}))?")


class NotAPrice(Exception):
    """What was typed is no price. The message is the sentence to show beside it."""


def parse_dollars(typed: str) -> int:
    """Return the price in cents: "12500", "12,500", "$12,500.00" are all 1_250_000.

    Raises NotAPrice for anything that could be read in two ways, like "12.500" or "12,50", for
    less than a dollar and for more than ten million.
    """
    match = DOLLARS.fullmatch(typed.strip())
    if match is None:
        raise NotAPrice("Write the price in dollars, like 12,500 or 12500.00.")
    cents = int(match[1].replace(",", "")) * 100 + int(match[2] or 0)
    if cents < 100:
        raise NotAPrice("The price must be at least $1.")
    if cents > MOST_CENTS:
        raise NotAPrice("The price can be at most $10,000,000.")
    return cents
