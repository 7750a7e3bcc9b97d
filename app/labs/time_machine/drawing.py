"""Draws the balance over the account's events as a line."""

from collections.abc import Sequence

import msgspec

from app.labs.time_machine.fold import Moment, state_after

WIDTH, HEIGHT, EDGE = 600, 120, 8


class BalanceLine(msgspec.Struct, frozen=True):
    """SVG paths in a box of WIDTH by HEIGHT, up to the chosen event and after it. The mark at (x,
    y) is where they meet."""

    before: str
    after: str
    x: float
    y: float


def draw_balance(moments: Sequence[Moment], number: int) -> BalanceLine:
    """The line, with the mark at event ``number``. It has steps, since nothing changes between two
    events."""
    highest = max((moment.account.balance for moment in moments), default=0) or 1
    step = (WIDTH - 2 * EDGE) / max(1, len(moments))

    def x(place: int) -> float:
        return round(EDGE + place * step, 1)

    def y(place: int) -> float:
        share = state_after(moments, place).balance / highest
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    def path(first: int, last: int) -> str:
        steps = "".join(f"H{x(place)}V{y(place)}" for place in range(first + 1, last + 1))
        return f"M{x(first)} {y(first)}{steps}"

    return BalanceLine(path(0, number), path(number, len(moments)), x(number), y(number))
