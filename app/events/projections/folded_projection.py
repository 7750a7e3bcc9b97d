"""Checking a folded table against its streams, and correcting it."""

import uuid
from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from typing import Any, cast

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Row, Table, select, text
from sqlalchemy.orm import Session

from app.events.projections.folded_table import FoldedTable
from app.events.projections.projection import Difference, snapshot
from app.events.rows import READ, NewerEvent, UnreadableEvent, recorded_event
from app.events.store import read_stream
from app.events.types import RecordedEvent

BATCH = 1000
EVENTS = text(f"{READ} WHERE type = ANY(:types) ORDER BY stream, version")
BEGINNING = "SELECT FROM events WHERE stream = :kind || '-' || {key} AND type = :begun_by"
NO_BEGINNING = "begins with no event"
NO_ROW = "is missing, though its stream begins it"


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
            states = self._states(connection)
            while batch := dict(islice(states, BATCH)):
                rows = self._rows(connection, batch)
                for key, state in batch.items():
                    yield from self._compare(key, rows.get(key), state)

    def rebuild(self, engine: Engine) -> Iterator[Difference]:
        for key, _ in groupby(self.verify(engine), lambda difference: difference.key):
            with Session(engine, expire_on_commit=False) as session:
                found = self._correct(session, uuid.UUID(key))
                session.commit()
            yield from found

    def _states(self, connection: Connection) -> Iterator[tuple[uuid.UUID, Any]]:
        """Each stream's key and state, in the order of the streams' names."""
        types = [event.type for event in self.table.steps]
        with connection.execute(
            EVENTS, {"types": types}, execution_options={"yield_per": BATCH}
        ) as rows:
            for _, events in groupby(map(recorded_event, rows), lambda event: event.stream):
                first, *later = events
                yield _subject_of(first), self.table.fold([first, *later])

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

    def _correct(self, session: Session, key: uuid.UUID) -> list[Difference]:
        """Write the row as its stream has it now, and return what differed."""
        row = session.get(self.table.model, key, with_for_update=True)
        try:
            state = self.table.fold(read_stream(session, self.table.stream(key)))
        except NewerEvent as newer:  # after an upgrade that was taken back
            problem = f"a newer release recorded {newer}"
            return [self._difference(key, problem=problem, is_unfixable=True)]
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


def _subject_of(first: RecordedEvent) -> uuid.UUID:
    """The id of what the stream is about. Raises UnreadableEvent if its name was altered."""
    try:
        return first.subject_id
    except ValueError as error:
        raise UnreadableEvent(f"{first.type} in {first.stream}, at {first.position}") from error
