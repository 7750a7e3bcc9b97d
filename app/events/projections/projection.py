"""Projections: tables that can be checked against the log and rebuilt from it."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import msgspec
from flask import Flask, current_app
from sqlalchemy import Connection, Engine, text

from app.platform.database.deadline import lift_limit

LONGEST_VALUE = 100
NO_BEGINNING = "begins with no event"
NO_ROW = "is missing, though its stream begins it"


class Difference(msgspec.Struct, frozen=True):
    """A difference between a row and the log; ``expected`` is what the log says.

    ``problem`` replaces both values if they must not be shown, or if the row or its events are
    missing. ``is_unfixable``: a rebuild can't correct it.
    """

    table: str
    key: str
    column: str = ""
    found: Any = None
    expected: Any = None
    problem: str = ""
    is_unfixable: bool = False

    def __str__(self) -> str:
        what = self.problem or f"is {_show(self.found)}, the log says {_show(self.expected)}"
        row = f"{self.table} {self.key}: {f'{self.column} ' if self.column else ''}{what}"
        return f"{row}; left as it is" if self.is_unfixable else row


class Projection(Protocol):
    """One or more tables that are derived from the log."""

    def verify(self, engine: Engine) -> Iterator[Difference]:
        """What differs from the log, as of one moment. Changes nothing."""

    def rebuild(self, engine: Engine) -> Iterator[Difference]:
        """Derive the tables again while the site serves, and return what differed."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the database as of one moment, without time limits.

    It only reads, so it gets no transaction id and holds up nobody who follows the log.
    """
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        lift_limit(connection)
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection


def correct_each(
    found: Iterable[tuple[str, Difference]], correct: Callable[[uuid.UUID], Iterable[Difference]]
) -> Iterator[Difference]:
    """Correct what differs, once for each id that the differences come with in a row, unless the
    first of them says that it can't be corrected. Returns what differed by then."""
    for key, differences in groupby(found, itemgetter(0)):
        _, first = next(differences)
        if first.is_unfixable:
            yield first
        else:
            yield from correct(uuid.UUID(key))


def _show(value: Any) -> str:
    shown = msgspec.json.encode(value).decode()
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}…"


def init_projections(app: Flask, projections: Sequence[Projection]) -> None:
    app.extensions["projections"] = projections


def current_projections() -> Sequence[Projection]:
    projections: Sequence[Projection] = current_app.extensions["projections"]
    return projections
