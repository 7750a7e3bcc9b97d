"""Folding: from a stream's events to the state they add up to, and the table that keeps it."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from app.events.types import Event, RecordedEvent, stream_of
from app.platform.database import Model

Step = Callable[[Any, RecordedEvent], Any]


class FoldedTable(msgspec.Struct, frozen=True):
    """A table whose rows are folded from the streams ``<kind>-<key>``.

    ``steps`` lead from one state to the next, the first of them from None; events of other types
    change nothing. ``state`` has a field for each column that is state; ``not_folded`` names the
    others, each with the reason. ``personal`` columns are compared but never shown. Only later
    releases put ``added_later`` columns into events: if no event sets one, its state is None.
    """

    model: type[Model]
    kind: str
    key: str
    state: type[msgspec.Struct]
    steps: Mapping[type[Event], Step]
    not_folded: Mapping[str, str] = {}
    personal: tuple[str, ...] = ()
    added_later: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.model.__tablename__

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are state."""
        return self.state.__struct_fields__

    @property
    def begun_by(self) -> type[Event]:
        """The type of the event that a row begins with."""
        return next(iter(self.steps))

    def stream(self, key: uuid.UUID) -> str:
        return stream_of(self.kind, key)

    def fold(self, events: Iterable[RecordedEvent]) -> Any:
        """The state after these events of one stream; None if none of them begins it."""
        state = None
        for recorded in events:
            state = self.after(state, recorded)
        return state

    def after(self, state: Any, recorded: RecordedEvent) -> Any:
        """The state after one more event of the stream; None until one begins it."""
        step = self.steps.get(type(recorded.data))
        if step and (state is not None or type(recorded.data) is self.begun_by):
            return step(state, recorded)
        return state

    def begin(self, recorded: RecordedEvent) -> Any:
        """A new row, from the stream's first event."""
        return self.model(**msgspec.structs.asdict(self.fold([recorded])))

    def advance(self, row: Any, recorded: RecordedEvent) -> None:
        """Apply the event that was just recorded to its row, which the caller has locked."""
        before = self.state(**{column: getattr(row, column) for column in self.columns})
        self.write(row, self.steps[type(recorded.data)](before, recorded))

    def write(self, row: Any, state: Any) -> None:
        """Copy the state to the row; None leaves a ``added_later`` column as it is."""
        for column in self.columns:
            value = getattr(state, column)
            if value is not None or column not in self.added_later:
                setattr(row, column, value)
