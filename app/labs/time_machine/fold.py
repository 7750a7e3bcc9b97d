"""Folds the account's events into its state after each of them."""

from collections.abc import Iterable, Sequence

import msgspec

from app.events.types import Event, RecordedEvent
from app.labs.time_machine.events import AccountOpened, MoneyDeposited, MoneyWithdrawn


class Account(msgspec.Struct, frozen=True):
    """The account's state, in cents."""

    balance: int = 0
    paid_in: int = 0
    taken_out: int = 0


class Moment(msgspec.Struct, frozen=True):
    """An event, by how much it changed the balance, and the state after it."""

    recorded: RecordedEvent
    change: int
    account: Account

    @property
    def number(self) -> int:
        return self.recorded.version


def step(account: Account, event: Event) -> Account:
    """The next state: a pure function."""
    match event:
        case AccountOpened():
            return Account()
        case MoneyDeposited(amount_cents=cents):
            return Account(account.balance + cents, account.paid_in + cents, account.taken_out)
        case MoneyWithdrawn(amount_cents=cents):
            return Account(account.balance - cents, account.paid_in, account.taken_out + cents)
    raise ValueError(f"{event.type} does not happen to an account.")


def moments_of(events: Iterable[RecordedEvent]) -> Sequence[Moment]:
    """The whole history, with the state after each event."""
    account = Account()
    moments = []
    for recorded in events:
        after = step(account, recorded.data)
        moments.append(Moment(recorded, after.balance - account.balance, after))
        account = after
    return moments


def state_after(moments: Sequence[Moment], number: int) -> Account:
    """The account after ``number`` events; empty for 0."""
    return moments[number - 1].account if 0 < number <= len(moments) else Account()
