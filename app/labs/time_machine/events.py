"""What happens to the account."""

from app.events.types import Event, event


@event("savings.account_opened", version=1, stream="account", is_exhibit=True)
class AccountOpened(Event, frozen=True):
    """An account has been opened, with nothing in it."""


@event("savings.money_deposited", version=1, stream="account", is_exhibit=True)
class MoneyDeposited(Event, frozen=True):
    """Money has been paid in."""

    amount_cents: int


@event("savings.money_withdrawn", version=1, stream="account", is_exhibit=True)
class MoneyWithdrawn(Event, frozen=True):
    """Money has been taken out."""

    amount_cents: int
