"""A rate card with higher prices than today's."""

from msgspec.structs import replace

from app.engagements.rate_card import RateCard


def dearer(card: RateCard) -> RateCard:
    """The card with each base and floor raised by a thousand dollars."""
    return replace(
        card,
        kinds=tuple(
            replace(
                price,
                base_cents=price.base_cents + 100_000,
                floor_cents=price.floor_cents + 100_000,
            )
            for price in card.kinds
        ),
    )
