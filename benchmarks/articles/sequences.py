"""An order, from the click to the return: its process, tried with every sequence of events."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain, combinations, product
from types import SimpleNamespace

from benchmarks.articles.printed import run_printed

Sequence = tuple[str, ...]
STOCK = ("stock.reserved", "stock.refused")
PAYMENT = ("payment.authorised", "payment.declined")
ENDS = ("order.cancelled", "order.timed_out")


def count_sequences() -> int:
    """The number of sequences. Raises AssertionError at the first that ends badly."""
    process = run_printed("retail-order-flow", "def react")
    return sum(1 for told in sequences() if _ends_well(process, told))


def sequences() -> Iterator[Sequence]:
    """Every order of: both answers; no end, one or both; each delivered once or twice."""
    some_ends = chain.from_iterable(combinations(ENDS, count) for count in range(len(ENDS) + 1))
    for stock, payment, ends in product(STOCK, PAYMENT, list(some_ends)):
        events = (stock, payment, *ends)
        for times in product((1, 2), repeat=len(events)):
            yield from _orders(Counter(dict(zip(events, times, strict=True))))


def _orders(left: Counter[str]) -> Iterator[Sequence]:
    if not left:
        yield ()
    for event in list(left):
        for rest in _orders(left - Counter([event])):
            yield (event, *rest)


def _ends_well(process: SimpleNamespace, told: Sequence) -> bool:
    order = process.Order()
    commands: Counter[str] = Counter()
    for event in told:
        order, asked = process.react(order, event)
        commands.update(asked)
    if order.outcome == "confirmed":
        is_well = order.stock == order.payment == "held" and commands == {"pack_order": 1}
    else:
        undone = {
            "release_stock": int(STOCK[0] in told),
            "void_authorisation": int(PAYMENT[0] in told),
        }
        is_well = order.outcome == "ended" and "held" not in {order.stock, order.payment}
        is_well = is_well and commands == Counter(undone) - Counter()
    if not is_well:
        raise AssertionError(f"{told}: {order}, {commands}")
    return True
