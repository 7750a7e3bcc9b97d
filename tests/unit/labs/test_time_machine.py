"""The time machine's account is the sum of its events, at any point in its stream."""

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.types import Event, Metadata, RecordedEvent
from app.labs.retail.events import OrderPlaced
from app.labs.time_machine.drawing import HEIGHT, WIDTH, draw_balance
from app.labs.time_machine.events import AccountOpened, MoneyDeposited, MoneyWithdrawn
from app.labs.time_machine.fold import Account, moments_of, state_after, step

CENTS = st.integers(1, 10**6)
CHANGES = st.lists(
    st.one_of(
        st.builds(MoneyDeposited, amount_cents=CENTS), st.builds(MoneyWithdrawn, amount_cents=CENTS)
    ),
    max_size=30,
)


def recorded(events: list[Event]) -> list[RecordedEvent]:
    return [
        RecordedEvent(
            id=uuid.uuid4(),
            position=place,
            horizon=place,
            stream="account-1",
            version=place,
            type=event.type,
            data=event,
            metadata=Metadata(actor="visitor", correlation_id="trace"),
            recorded_at=datetime.now(UTC),
        )
        for place, event in enumerate(events, start=1)
    ]


@given(CHANGES)
def test_the_balance_is_what_was_paid_in_less_what_was_taken_out(changes: list[Event]) -> None:
    for moment in moments_of(recorded([AccountOpened(), *changes])):
        account = moment.account
        assert account.balance == account.paid_in - account.taken_out


@given(CHANGES, st.integers(0, 40))
def test_to_rewind_is_to_fold_fewer_events(changes: list[Event], number: int) -> None:
    events = recorded([AccountOpened(), *changes])
    number = min(number, len(events))
    folded = moments_of(events[:number])
    assert state_after(moments_of(events), number) == (folded[-1].account if folded else Account())


@given(CHANGES, st.integers(0, 40))
def test_the_line_of_an_account_never_overdrawn_stays_in_its_box(
    changes: list[Event], number: int
) -> None:
    moments = moments_of(recorded([AccountOpened(), *changes]))
    if any(moment.account.balance < 0 for moment in moments):
        return
    line = draw_balance(moments, min(number, len(moments)))
    assert 0 <= line.x <= WIDTH and 0 <= line.y <= HEIGHT
    assert line.after.startswith(f"M{line.x} {line.y}")


def test_an_event_that_is_not_about_an_account_is_refused() -> None:
    with pytest.raises(ValueError, match="does not happen to an account"):
        step(Account(), OrderPlaced(article="chair", quantity=1))
