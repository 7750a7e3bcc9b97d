"""Amounts that other texts of the firm state in words, compared with the rate card."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from app.engagements.rate_card import RateCard
from app.web.rendering import money


def amounts_not_in(card: RateCard, *texts: Any) -> Iterator[tuple[str, str]]:
    """Each amount in the texts, which may be within structs, with its text, that is no base price,
    floor or budget of the card: it may be from before the card was changed. Which of these a
    sentence means can't be known."""
    cents = [budget.up_to_cents for budget in card.budgets]
    cents += [amount for kind in card.kinds for amount in (kind.base_cents, kind.floor_cents)]
    known = {_spaced(money(amount, card.currency)) for amount in cents}
    written = re.compile(rf"(?:[$€£¥]|\b{card.currency.upper()} )\d[\d,]*\d")
    for text in _strings_in(msgspec.to_builtins(texts)):
        for amount in written.findall(_spaced(text)):
            if amount not in known:
                yield amount, text


def _strings_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list | tuple):
        for one in data.values() if isinstance(data, dict) else data:
            yield from _strings_in(one)


def _spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
