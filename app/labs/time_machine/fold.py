"""What the account's events add up to, after each of them."""

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
    """An event, what it changed the balance by, and the state that it left."""

    recorded: RecordedEvent
    change: int
    account: Account

    @property
    def number(self) -> int:
        return self.recorded.version


def step(account: Account, event: Event) -> Account:
    """The next state; the same arguments give the same one, whenever it is asked for."""
    match event:
        case AccountOpened():
            return Account()
        case MoneyDeposited(amount_cents=cents):
            return Account(account.balance + cents, account.paid_in + cents, account.taken_out)
        case MoneyWithdrawn(amount_cents=cents):
            return Account(account.balance - cents, account.paid_in, account.taken_out + cents)
    raise ValueError(f"{event.type} does not happen to an account.")


def moments_of(events: Iterable[RecordedEvent]) -> Sequence[Moment]:
    """The whole history, folded event by event."""
    account = Account()
    moments = []
    for recorded in events:
        after = step(account, recorded.data)
        moments.append(Moment(recorded, after.balance - account.balance, after))
        account = after
    return moments


def state_after(moments: Sequence[Moment], number: int) -> Account:
    """The account after so many events; after none it has nothing."""
    return moments[number - 1].account if 0 < number <= len(moments) else Account()
