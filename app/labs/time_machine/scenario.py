"""The lab *Time machine*, as data."""

import uuid
from collections.abc import Sequence

from flask_babel import lazy_gettext, lazy_pgettext
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Session

from app.engagements.rate_card import current_rate_card
from app.events.store import ConcurrentAppend, read_stream, record_all
from app.events.tracing import resuming
from app.events.types import Event, RecordedEvent, stream_of
from app.labs.models import Sandbox
from app.labs.sandboxes import VISITOR, check_room
from app.labs.scenario import Action, Choice, NotNow, Scenario
from app.labs.time_machine.events import AccountOpened, MoneyDeposited, MoneyWithdrawn
from app.labs.time_machine.fold import moments_of, state_after
from app.web.rendering import money

# As many as one page can show.
MOST_EVENTS = 60


def in_the_firms_currency(cents: int) -> str:
    return money(cents, current_rate_card().currency)


AMOUNTS = tuple(
    Choice(str(cents), LazyString(in_the_firms_currency, cents)) for cents in (10_00, 50_00, 200_00)
)


def account_events(session: Session, sandbox_id: uuid.UUID) -> Sequence[RecordedEvent]:
    """The stream of the sandbox's one account."""
    return read_stream(session, stream_of("account", sandbox_id))


def deposit(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    """Pay in; the first deposit opens the account."""
    past = account_events(session, sandbox.id)
    opened: list[Event] = [] if past else [AccountOpened()]
    append(session, sandbox, past, [*opened, MoneyDeposited(amount_cents=int(chosen[0]))])


def withdraw(session: Session, sandbox: Sandbox, chosen: Sequence[str]) -> None:
    """Take money out. Raises NotNow if the events add up to less than that."""
    past = account_events(session, sandbox.id)
    cents = int(chosen[0])
    if state_after(moments_of(past), len(past)).balance < cents:
        raise NotNow(lazy_gettext("The account holds less than that. A refusal is not an event."))
    append(session, sandbox, past, [MoneyWithdrawn(amount_cents=cents)])


def append(
    session: Session, sandbox: Sandbox, past: Sequence[RecordedEvent], events: Sequence[Event]
) -> None:
    """Append what was decided from ``past``. Raises NotNow if something was appended since then."""
    if len(past) + len(events) > MOST_EVENTS:
        raise NotNow(
            lazy_gettext("This account has as many events as the page can show. Start again.")
        )
    check_room(session, sandbox, len(events))
    try:
        with resuming(sandbox.trace, None):
            record_all(
                session,
                stream_of("account", sandbox.id),
                events,
                actor=VISITOR,
                expected_version=len(past),
            )
    except ConcurrentAppend:
        raise NotNow(
            lazy_gettext("The account has changed since you looked. Look again.")
        ) from None


TIME_MACHINE = Scenario(
    slug="time-machine",
    title=lazy_gettext("Time machine"),
    summary=lazy_gettext(
        "Pay into an account that is stored as nothing but its events, take money out, and see"
        " it as it was after each of them."
    ),
    story=(
        lazy_gettext(
            "There is no row with a balance. Each deposit and each withdrawal is an event in the"
            " account’s stream, and the balance is what they add up to: folded from the first"
            " event on, each time somebody asks."
        ),
        lazy_gettext(
            "So every earlier state is there too. To rewind is to stop folding sooner. Nothing is"
            " undone by it, and what came later stays in the log."
        ),
        lazy_gettext(
            "A withdrawal is decided by the state after the last event, and appended only if the"
            " stream still ends there. Two at the same time can’t both spend the same money: the"
            " second is told to look again."
        ),
    ),
    try_this=(
        lazy_gettext("Pay in a few times, and take some of it out."),
        lazy_gettext("Rewind with the slider, or at any event in the list."),
        lazy_gettext("Try to take out more than there is: what is refused leaves no event."),
    ),
    simulated=lazy_gettext(
        "There is no real money in the account. No subscriber is part of this lab: the state is"
        " read from the log as the page is made."
    ),
    articles=("event-sourcing",),
    subscriptions={},
    stations=(),
    actions=(
        Action(
            "deposit",
            lazy_gettext("Pay in"),
            deposit,
            choices=AMOUNTS,
            legend=lazy_pgettext("of an account", "Deposit"),
        ),
        Action(
            "withdraw",
            lazy_gettext("Take out"),
            withdraw,
            choices=AMOUNTS,
            legend=lazy_pgettext("of an account", "Withdrawal"),
        ),
    ),
)
