"""What all of the operator's commands share: errors that are sentences, and who types them."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from psycopg import ProgrammingError
from psycopg.errors import (
    DiskFull,
    InsufficientPrivilege,
    LockNotAvailable,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedTable,
)
from sqlalchemy.exc import ProgrammingError as WrappedError

from app.database import DATABASE_AWAY, kind_of
from config_checks import UNDECODED

# What the migrations make is not there, or not as this release has it.
UNPREPARED = {one.__name__ for one in (UndefinedColumn, UndefinedFunction, UndefinedTable)}
DENIED = InsufficientPrivilege.__name__


class CommandGroup(AppGroup):
    """Says so in a line where the database does not answer or is not ready for the command, or an
    argument is no text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(map(UNDECODED.search, args)):
            raise click.ClickException(
                f"An argument of `{ctx.command_path}` is not written in UTF-8."
            )
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        with said_in_a_line():
            return super().invoke(ctx)


def _why_it_is_away(kind: str) -> str:
    """What keeps the database from doing its part, by the driver's name for it."""
    if kind == LockNotAvailable.__name__:
        return f"Somebody else holds what this waits for ({kind}). Try again later."
    if kind == DiskFull.__name__:
        return f"Postgres has no room left on its disk ({kind}). Make room, then try again."
    return f"The database does not answer ({kind}). Is it up, and DATABASE_URL right?"


def _first_to_do(kind: str) -> str:
    """What has to be done to the database before the command can do its work; "" for nothing."""
    if kind in UNPREPARED:
        return f"The database lacks what this needs ({kind}): run `flask db upgrade` first."
    if kind == DENIED:
        return f"Postgres denies this to its role ({kind}): run `flask db upgrade` as the owner."
    return ""


@contextmanager
def said_in_a_line() -> Iterator[None]:
    """Raise as click.ClickException, which ends a command with its one sentence, that the database
    is away or full, or has kept the command waiting for too long."""
    try:
        yield
    except DATABASE_AWAY as error:
        raise click.ClickException(_why_it_is_away(kind_of(error))) from None
    except (ProgrammingError, WrappedError) as error:
        if sentence := _first_to_do(kind_of(error)):
            raise click.ClickException(sentence) from None
        raise


def operator() -> str:
    """Who types the command, for the log: by number where that user has no name, as in a container
    that runs under a number of the platform's choice."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # the latter from Python 3.13 on
        name = str(os.getuid())
    return f"operator:{name}"
