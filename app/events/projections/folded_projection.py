"""Checking a folded table against its streams, and correcting it."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any, cast

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Row, Table, select, text
from sqlalchemy.orm import Session

from app.events.projections.folded_table import FoldedTable
from app.events.projections.projection import (
    NO_BEGINNING,
    NO_ROW,
    Difference,
    correct_each,
    snapshot,
)
from app.events.projections.streams import BATCH, fold_streams, unread
from app.events.rows import UnreadableEvent
from app.events.store import read_stream

BEGINNING = "SELECT FROM events WHERE stream = :kind || '-' || {key} AND type = :begun_by"


class FoldedProjection(msgspec.Struct, frozen=True):
    """The rows of ``table``, which are written in the transaction that records their events.

    A row also holds what no event says, and other tables refer to it, so a rebuild can't swap in a
    new table. It folds the streams a batch at a time, compares, and rewrites only the rows that
    differ: each under its lock, from its stream as it is by then. Whoever changes a row locks it
    before recording the event, so nothing can slip in between.
    """

    table: FoldedTable

    def verify(self, engine: Engine) -> Iterator[Difference]:
        with snapshot(engine) as connection:
            yield from self._without_beginning(connection)
            types = [event.type for event in self.table.steps]
            states = fold_streams(connection, types, self.table.fold)
            while batch := list(islice(states, BATCH)):
                yield from self._compare_all(connection, batch)

    def rebuild(self, engine: Engine) -> Iterator[Difference]:
        found = ((difference.key, difference) for difference in self.verify(engine))
        return correct_each(found, partial(self._correct, engine))

    def _compare_all(
        self, connection: Connection, batch: Sequence[tuple[str, Any]]
    ) -> Iterator[Difference]:
        states: dict[uuid.UUID, Any] = {}
        for key, state in batch:
            if isinstance(state, UnreadableEvent):
                yield unread(self.table.name, key, state)
            else:
                states[uuid.UUID(key)] = state
        rows = self._rows(connection, states)
        for one, state in states.items():
            yield from self._compare(one, rows.get(one), state)

    def _rows(
        self, connection: Connection, keys: Mapping[uuid.UUID, Any]
    ) -> dict[uuid.UUID, Row[Any]]:
        columns = cast(Table, self.table.model.__table__).columns
        key = columns[self.table.key]
        wanted = select(key.label("key"), *(columns[name] for name in self.table.columns))
        return {row.key: row for row in connection.execute(wanted.where(key.in_(keys)))}

    def _without_beginning(self, connection: Connection) -> Iterator[Difference]:
        key = self.table.key
        rows = connection.execute(
            text(
                f"SELECT {key} FROM {self.table.name}"  # noqa: S608 - names of our own
                f" WHERE NOT EXISTS ({BEGINNING.format(key=f'{self.table.name}.{key}')})"
            ),
            {"kind": self.table.kind, "begun_by": self.table.begun_by.type},
        )
        for (lonely,) in rows:
            yield self._difference(lonely, problem=NO_BEGINNING)

    def _compare(self, key: uuid.UUID, row: Any, state: Any) -> Iterator[Difference]:
        """Where the row differs from the state; a row without a state was reported before."""
        if state is None:
            return
        if row is None:
            yield self._difference(key, problem=NO_ROW)
            return
        for column in self.table.columns:
            found, expected = getattr(row, column), getattr(state, column)
            if found == expected or (expected is None and column in self.table.added_later):
                continue
            if column in self.table.personal:
                yield self._difference(key, column, problem="differs from what the log says")
            else:
                yield self._difference(key, column, found=found, expected=expected)

    def _correct(self, engine: Engine, key: uuid.UUID) -> list[Difference]:
        """Write the row as its stream has it now, and return what differed."""
        with Session(engine, expire_on_commit=False) as session:
            corrected = self._write(session, key)
            session.commit()
        return corrected

    def _write(self, session: Session, key: uuid.UUID) -> list[Difference]:
        row = session.get(self.table.model, key, with_for_update=True)
        try:
            state = self.table.fold(read_stream(session, self.table.stream(key)))
        except UnreadableEvent as error:  # one that the table's state does not follow from
            return [unread(self.table.name, str(key), error)]
        if state is None:
            return [self._difference(key, problem=NO_BEGINNING, is_unfixable=True)] if row else []
        found = list(self._compare(key, row, state))
        if row is not None:
            self.table.write(row, state)
        elif self.table.not_folded:
            return [replace(difference, is_unfixable=True) for difference in found]
        else:
            session.add(self.table.model(**msgspec.structs.asdict(state)))
        return found

    def _difference(self, key: uuid.UUID, column: str = "", **what: Any) -> Difference:
        return Difference(self.table.name, str(key), column, **what)
