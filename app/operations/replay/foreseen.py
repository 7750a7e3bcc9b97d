"""What a preview found: for each letter, and in total."""

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec


class RowChanges(msgspec.Struct, frozen=True):
    """How many rows of a table were added, changed and removed, and the keys of the first few."""

    table: str
    added: int
    changed: int
    removed: int
    keys: Sequence[str] = ()


class ForeseenEvent(msgspec.Struct, frozen=True):
    """An event that would be recorded, and the subscribers that would get it."""

    type: str
    stream: str
    subscribers: Sequence[str]


class ForeseenMail(msgspec.Struct, frozen=True):
    recipient: str
    subject: str


class ForeseenCharge(msgspec.Struct, frozen=True):
    """A deposit that would fall due, in cents of its currency."""

    amount_cents: int
    currency: str


class Foreseen(msgspec.Struct, frozen=True):
    """What would become of one letter. ``error`` is what it would die of again; ``outside`` is what
    its handler reached for and was refused; ``chat`` what would be posted to the staff's channel;
    ``behind`` has the types of the events that wait for it, and are handled after it.
    ``is_tried`` is False if no time was left."""

    error: str = ""
    outside: Sequence[str] = ()
    rows: Sequence[RowChanges] = ()
    events: Sequence[ForeseenEvent] = ()
    mails: Sequence[ForeseenMail] = ()
    chat: Sequence[str] = ()
    charges: Sequence[ForeseenCharge] = ()
    behind: Sequence[str] = ()
    is_tried: bool = True


class PreviewTotals(msgspec.Struct, frozen=True):
    """What would follow from the whole set. ``tables`` maps a table to (added, changed, removed),
    ``events`` a type to its count, ``charges`` a currency to cents, ``behind`` a type to how many
    events of it wait for the set."""

    fine: int
    failing: int
    untried: int
    tables: dict[str, tuple[int, int, int]]
    events: dict[str, int]
    mails: int
    chat: int
    charges: dict[str, int]
    behind: dict[str, int]


def sum_up(foreseen: Collection[Foreseen]) -> PreviewTotals:
    tables: dict[str, tuple[int, int, int]] = {}
    events: Counter[str] = Counter()
    behind: Counter[str] = Counter()
    charges: Counter[str] = Counter()
    tried = [one for one in foreseen if one.is_tried]
    for one in tried:
        events.update(event.type for event in one.events)
        behind.update(one.behind)
        for charge in one.charges:
            charges[charge.currency] += charge.amount_cents
        for rows in one.rows:
            added, changed, removed = tables.get(rows.table, (0, 0, 0))
            counts = (added + rows.added, changed + rows.changed, removed + rows.removed)
            tables[rows.table] = counts
    failing = sum(bool(one.error) for one in tried)
    return PreviewTotals(
        fine=len(tried) - failing,
        failing=failing,
        untried=len(foreseen) - len(tried),
        tables=dict(sorted(tables.items())),
        events=dict(events),
        mails=sum(len(one.mails) for one in tried),
        chat=sum(len(one.chat) for one in tried),
        charges=dict(charges),
        behind=dict(behind),
    )
